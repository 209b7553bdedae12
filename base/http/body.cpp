#include "base/http/body.h"

namespace vaettir::http {

Task<Result<std::string>> read_all(Body& body, std::size_t limit) {
  std::string all;
  if (const auto length = body.length()) {
    if (*length > limit) co_return fail(Cause::kBodyTooLarge);
    all.reserve(static_cast<std::size_t>(*length));
  }
  for (;;) {
    CO_TRY(const Chunk chunk, co_await body.read());
    if (chunk.bytes.size() > limit - all.size()) co_return fail(Cause::kBodyTooLarge);
    all.append(chunk.bytes);
    if (chunk.last) co_return all;
  }
}

}  // namespace vaettir::http
