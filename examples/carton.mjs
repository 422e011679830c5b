/** The host's side of `carton.opt`: a function that could as well be a simulation. */
export function board(width, depth) {
  if (width <= 0 || depth <= 0) return 1e6;
  const height = 1 / (width * depth);
  return width * depth + 2 * height * (width + depth);
}
