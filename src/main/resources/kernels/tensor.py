# Everyday operations of dev.tenon.tensor.Tensor. `type` is libtorch's scalar type: 4 int64, 6 float32, 15 bfloat16.

def dtype_of(x: Tensor) -> int:
  return x.dtype

def from_host(data: Tensor, type: int) -> Tensor:
  return torch.clone(torch.to(data, type))

def to_host(x: Tensor, type: int) -> Tensor:
  return torch.contiguous(torch.cpu(torch.to(torch.detach(x), type)))

def filled(anchor: Tensor, shape: List[int], value: float, type: int) -> Tensor:
  return torch.full(shape, value, dtype=type, layout=None, device=anchor.device)

def random_normal(anchor: Tensor, shape: List[int], deviation: float, type: int) -> Tensor:
  return torch.mul_(torch.randn(shape, dtype=type, layout=None, device=anchor.device), deviation)

def copy_into(target: Tensor, source: Tensor) -> Tensor:
  _ = torch.copy_(torch.detach(target), torch.detach(source))
  return target

def add(a: Tensor, b: Tensor) -> Tensor:
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

def transpose(x: Tensor, a: int, b: int) -> Tensor:
  return torch.transpose(x, a, b)

def reshape(x: Tensor, shape: List[int]) -> Tensor:
  return torch.reshape(x, shape)

def narrow(x: Tensor, dimension: int, start: int, length: int) -> Tensor:
  return torch.narrow(x, dimension, start, length)

def index_select(x: Tensor, dimension: int, indices: Tensor) -> Tensor:
  return torch.index_select(x, dimension, indices)

def cat(parts: List[Tensor], dimension: int) -> Tensor:
  return torch.cat(parts, dimension)

def softmax(x: Tensor, dimension: int) -> Tensor:
  return torch.softmax(x, dimension)

def argmax(x: Tensor, dimension: int) -> Tensor:
  return torch.argmax(x, dimension)

def sum_all(x: Tensor) -> Tensor:
  return torch.sum(x)

def mean_all(x: Tensor) -> Tensor:
  return torch.mean(x)

def max_all(x: Tensor) -> Tensor:
  return torch.max(x)

def absolute(x: Tensor) -> Tensor:
  return torch.abs(x)

def cast(x: Tensor, type: int) -> Tensor:
  return torch.to(x, type)

def detached(x: Tensor) -> Tensor:
  return torch.detach(x)

def packed(x: Tensor) -> Tensor:
  return torch.contiguous(x)

def require_grad(x: Tensor, on: bool) -> Tensor:
  return torch.requires_grad_(x, on)

def zeros_like(x: Tensor) -> Tensor:
  return torch.zeros_like(x)

def zero_in_place(x: Tensor) -> Tensor:
  return torch.zero_(x)

def backward(loss: Tensor) -> Tensor:
  torch.backward(loss)
  return loss
