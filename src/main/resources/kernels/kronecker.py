# Parametrised hypercomplex multiplication (Zhang et al. 2021) with factors of low rank (Karimi Mahabadi et al. 2021).

def kronecker_sum(a: Tensor, s: Tensor, t: Tensor) -> Tensor:
  # the transpose of H = sum over i of a_i kron (s_i t_i), [out, in]; a [n, n, n], s [n, in / n, q], t [n, q, out / n]
  h = torch.einsum("iab,ipq,iqc->bcap", [a, s, t])
  return torch.reshape(h, [a.shape[2] * t.shape[2], a.shape[1] * s.shape[1]])
