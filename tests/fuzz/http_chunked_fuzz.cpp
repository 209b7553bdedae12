// Chunked content: whatever comes, in whatever pieces, gives the same content, the same end or the
// same refusal. The first byte chooses the size of the pieces.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/http/h1_chunked.h"

namespace {

using namespace vaettir::http;

struct Decoded {
  Parsed parsed = Parsed::kMore;
  std::string content;
  std::string trailers;
  std::size_t consumed = 0;
};

Decoded decode(std::string_view bytes, std::size_t piece) {
  const Limits limits;
  ChunkedDecoder decoder;
  Decoded result;
  while (result.parsed == Parsed::kMore && result.consumed < bytes.size()) {
    std::string part(bytes.substr(result.consumed, piece));
    ChunkedDecoder::Step step;
    result.parsed = decoder.decode(part, limits, step);
    if (step.content > step.consumed || step.consumed > part.size()) std::abort();
    if (result.parsed == Parsed::kMore && step.consumed != part.size()) std::abort();
    result.content.append(part, 0, step.content);
    result.consumed += step.consumed;
  }
  result.trailers = decoder.trailer_section();
  return result;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Decoded whole = decode(bytes, std::max<std::size_t>(bytes.size(), 1));
  const Decoded split = decode(bytes, data[0] % 17u + 1u);
  if (whole.parsed != split.parsed || whole.content != split.content ||
      whole.consumed != split.consumed || whole.trailers != split.trailers) {
    std::abort();
  }
  return 0;
}
