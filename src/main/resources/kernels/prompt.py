# Networks that make virtual tokens while they are trained, in float32.

def dense(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
  return torch.addmm(bias, x, torch.t(weight))

def dense_prompt(embedding: Tensor, w: List[Tensor]) -> Tensor:
  # three layers (weight, bias) with ReLU between: [tokens, hidden] to the same
  x = torch.relu(__torch__.dense(embedding, w[0], w[1]))
  x = torch.relu(__torch__.dense(x, w[2], w[3]))
  return __torch__.dense(x, w[4], w[5])

def recurrent_prompt(embedding: Tensor, w: List[Tensor], layers: int, dropout: float) -> Tensor:
  # a bidirectional LSTM along the tokens, eight tensors a layer as PyTorch orders them, then two dense layers
  inner = w[1].shape[1]
  x = torch.unsqueeze(embedding, 0)
  start = torch.zeros([2 * layers, 1, inner], dtype=x.dtype, layout=None, device=x.device)
  y, h, c = torch.lstm(x, [start, start], w[:8 * layers], True, layers, dropout, dropout > 0., True, True)
  d = w[8 * layers:]
  return __torch__.dense(torch.relu(__torch__.dense(torch.squeeze(y, 0), d[0], d[1])), d[2], d[3])

def heads_of_prefix(rows: Tensor, heads: int, size: int, type: int) -> Tensor:
  # [tokens, heads · size] to [heads, tokens, size]
  return torch.transpose(torch.view(torch.to(rows, type), [rows.shape[0], heads, size]), 0, 1)

def prefix_of_layer(flat: Tensor, layer: int, heads: int, size: int, type: int) -> List[Tensor]:
  # keys and values; a row of flat [tokens, layers · 2 · heads · size] has them layer by layer
  width = heads * size
  at = 2 * layer * width
  keys = __torch__.heads_of_prefix(flat[:, at:at + width], heads, size, type)
  values = __torch__.heads_of_prefix(flat[:, at + width:at + 2 * width], heads, size, type)
  return [keys, values]

def projected_prefix(embedding: Tensor, w: List[Tensor]) -> Tensor:
  # [tokens, width] to [tokens, layers · 2 · width]; w is (weight, bias) twice
  return __torch__.dense(torch.tanh(__torch__.dense(embedding, w[0], w[1])), w[2], w[3])

def projected_prefix_of_layer(embedding: Tensor, w: List[Tensor], layer: int, heads: int, size: int, type: int) -> List[Tensor]:
  at = 2 * layer * heads * size
  end = at + 2 * heads * size
  flat = __torch__.projected_prefix(embedding, [w[0], w[1], w[2][at:end], w[3][at:end]])
  return __torch__.prefix_of_layer(flat, 0, heads, size, type)
