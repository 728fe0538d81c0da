# Everyday operations of dev.tenon.tensor.Tensor. `type` is libtorch's scalar type: 4 int64, 6 float32, 15 bfloat16.

def no_elements() -> Tensor:
  return torch.zeros([0])

def place(on_gpu: bool, index: int) -> Device:
  if on_gpu:
    d = torch.device(torch.format("cuda:{}", index))
  else:
    d = torch.device("cpu")
  return d

def filled(shape: List[int], value: float, type: int, on_gpu: bool, index: int) -> Tensor:
  return torch.full(shape, value, dtype=type, layout=None, device=__torch__.place(on_gpu, index))

def uninitialised(shape: List[int], type: int, on_gpu: bool, index: int) -> Tensor:
  return torch.empty(shape, dtype=type, layout=None, device=__torch__.place(on_gpu, index))

def random_normal(shape: List[int], deviation: float, type: int, on_gpu: bool, index: int) -> Tensor:
  x = torch.empty(shape, dtype=type, layout=None, device=__torch__.place(on_gpu, index))
  return torch.normal_(x, 0., deviation)

def host_copy(x: Tensor, type: int) -> Tensor:
  return torch.contiguous(torch.to(torch.detach(x), torch.device("cpu"), type))

def host_flat(x: Tensor) -> Tensor:
  y = torch.contiguous(torch.to(torch.detach(x), torch.device("cpu"), x.dtype))
  return torch.reshape(y, [-1])

def copy_into(target: Tensor, source: Tensor) -> Tensor:
  _ = torch.copy_(torch.detach(target), torch.detach(source))
  return target

def seen_as(x: Tensor, at: int, type: int, size: int, shape: List[int]) -> Tensor:
  # the memory of x, which lies in one piece, from byte `at` on as another type of `size` bytes
  y = torch.empty([0], dtype=type, layout=None, device=x.device)
  strides = annotate(List[int], [])
  each = 1
  for i in range(torch.len(shape)):
    torch.insert(strides, 0, each)
    each = each * torch.__getitem__(shape, torch.len(shape) - 1 - i)
  # to the offset it adds that of x, though it counts in the other type
  begin = torch.storage_offset(x)
  return torch.set_(y, torch.detach(x), (begin * torch.element_size(x) + at) // size - begin, shape, strides)

def first_element(x: Tensor) -> Tensor:
  return torch.as_strided(torch.detach(x), [1], [1])

def first_elements(x: List[Tensor]) -> List[Tensor]:
  result = annotate(List[Tensor], [])
  for i in range(torch.len(x)):
    done = torch.append(result, torch.as_strided(torch.detach(x[i]), [1], [1]))
  return result

def lies_in_rows(x: Tensor) -> Tensor:
  # 1 where the elements lie row by row without a gap
  if torch.is_contiguous(x):
    y = torch.ones([1])
  else:
    y = torch.zeros([1])
  return y

def itself(x: Tensor) -> Tensor:
  return x

def copied(x: Tensor) -> Tensor:
  return torch.clone(x)

def cast(x: Tensor, type: int) -> Tensor:
  return torch.to(x, type)

def moved(x: Tensor, on_gpu: bool, index: int) -> Tensor:
  return torch.to(x, __torch__.place(on_gpu, index), x.dtype)

def detached(x: Tensor) -> Tensor:
  return torch.detach(x)

def packed(x: Tensor) -> Tensor:
  return torch.contiguous(x)

def reshape(x: Tensor, shape: List[int]) -> Tensor:
  return torch.reshape(x, shape)

def transpose(x: Tensor, a: int, b: int) -> Tensor:
  return torch.transpose(x, a, b)

def narrow(x: Tensor, dimension: int, start: int, length: int) -> Tensor:
  return torch.narrow(x, dimension, start, length)

def index_select(x: Tensor, dimension: int, indices: Tensor) -> Tensor:
  return torch.index_select(x, dimension, indices)

def cat(parts: List[Tensor], dimension: int) -> Tensor:
  return torch.cat(parts, dimension)

def add(a: Tensor, b: Tensor) -> Tensor:
  return torch.add(a, b)

def add_number(a: Tensor, b: float) -> Tensor:
  return torch.add(a, b)

def sub(a: Tensor, b: Tensor) -> Tensor:
  return torch.sub(a, b)

def mul(a: Tensor, b: Tensor) -> Tensor:
  return torch.mul(a, b)

def div(a: Tensor, b: Tensor) -> Tensor:
  return torch.div(a, b)

def scale(a: Tensor, factor: float) -> Tensor:
  return torch.mul(a, factor)

def matmul(a: Tensor, b: Tensor) -> Tensor:
  return torch.matmul(a, b)

def softmax(x: Tensor, dimension: int) -> Tensor:
  return torch.softmax(x, dimension)

def argmax(x: Tensor, dimension: int) -> Tensor:
  return torch.argmax(x, dimension)

def sum_all(x: Tensor) -> Tensor:
  return torch.sum(x)

def sum_over(x: Tensor, dimension: int) -> Tensor:
  return torch.sum(x, [dimension])

def mean_all(x: Tensor) -> Tensor:
  return torch.mean(x)

def max_all(x: Tensor) -> Tensor:
  return torch.max(x)

def absolute(x: Tensor) -> Tensor:
  return torch.abs(x)

def zeros_like(x: Tensor) -> Tensor:
  return torch.zeros_like(x)
