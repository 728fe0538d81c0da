# Trained columns of a matrix [out, in] (Woo et al. 2025, PaCA): columns [rank] are their numbers, in order; p [out, rank] is
# float32 and stands for them times a scale; moved [out, rank] is how far they are from the matrix's own.

def columns_over(weight: Tensor, columns: Tensor, scale: float) -> Tensor:
  return torch.div(torch.to(torch.index_select(weight, 1, columns), 6), scale)

def moved_columns(weight: Tensor, columns: Tensor, p: Tensor, scale: float) -> Tensor:
  # the start is divided as it was in the beginning, so that what has not moved is zero to the last bit
  return torch.mul(torch.sub(p, __torch__.columns_over(weight, columns, scale)), scale)

def column_update(x: Tensor, columns: Tensor, moved: Tensor) -> Tensor:
  return torch.mm(torch.index_select(x, 1, columns), torch.t(torch.to(moved, x.dtype)))

def add_columns(y: Tensor, x: Tensor, columns: Tensor, moved: Tensor) -> Tensor:
  # in the memory of y; of x only the chosen columns are kept for the gradient
  return torch.addmm_(y, torch.index_select(x, 1, columns), torch.t(torch.to(moved, x.dtype)))

def fold_columns(weight: Tensor, columns: Tensor, moved: Tensor) -> Tensor:
  # all other columns are copied bit for bit
  new = torch.add(torch.to(torch.index_select(weight, 1, columns), 6), torch.detach(moved))
  return torch.index_copy(weight, 1, columns, torch.to(new, weight.dtype))

def picking_rows(columns: Tensor, width: int) -> Tensor:
  # [rank, width] with a one in each row, so that x times its transpose are the chosen columns of x
  return torch.to(torch.one_hot(columns, width), 6)

def places_of_columns(columns: Tensor, out: int) -> Tensor:
  # rows and columns [2, out · rank] of the entries, row by row
  rows = torch.arange(out, dtype=None, layout=None, device=columns.device)
  return torch.stack([torch.repeat_interleave(rows, columns.shape[0]), torch.repeat(columns, [out])])
