#include <fmt/format.h>
#include <zlib.h>

#include "base/core/text.h"
#include "engine/triggers/webhook_call.h"

namespace vaettir::engine {
namespace {

// zlib: 15 bits of window, and 32 added means "gzip or zlib, look at the head".
constexpr int kAnyHead = 15 + 32;
constexpr int kNoHead = -15;

struct Stream {
  z_stream z = {};
  bool open = false;
  ~Stream() {
    if (open) inflateEnd(&z);
  }
};

}  // namespace

Result<std::string> inflate(std::string_view encoding, std::string body, std::size_t limit) {
  if (encoding.empty() || equal_ignoring_case(encoding, "identity")) return body;
  const bool deflate = equal_ignoring_case(encoding, "deflate");
  if (!deflate && !equal_ignoring_case(encoding, "gzip") &&
      !equal_ignoring_case(encoding, "x-gzip"))
    return fail(Cause::kBadRequest, fmt::format("unsupported content encoding '{}'", encoding));
  if (body.empty()) return body;
  // "deflate" is zlib's format, but some senders leave its head out.
  const bool bare = deflate && (static_cast<unsigned char>(body[0]) & 0x0f) != Z_DEFLATED;
  Stream stream;
  if (inflateInit2(&stream.z, bare ? kNoHead : kAnyHead) != Z_OK)
    return fail(Cause::kInternal, "zlib cannot be set up");
  stream.open = true;
  stream.z.next_in = reinterpret_cast<Bytef*>(body.data());
  stream.z.avail_in = static_cast<uInt>(body.size());
  std::string out;
  while (true) {
    const std::size_t before = out.size();
    // Doubling: the expansion is not known before. One byte more than allowed tells "too large".
    const std::size_t grown = std::min(std::max(body.size() * 2, before * 2), limit + 1);
    out.resize(grown);
    stream.z.next_out = reinterpret_cast<Bytef*>(out.data() + before);
    stream.z.avail_out = static_cast<uInt>(grown - before);
    const int status = ::inflate(&stream.z, Z_NO_FLUSH);
    out.resize(grown - stream.z.avail_out);
    if (out.size() > limit) return fail(Cause::kBodyTooLarge);
    if (status == Z_STREAM_END) return out;
    const bool starved = stream.z.avail_in == 0 && stream.z.avail_out > 0;
    if ((status != Z_OK && status != Z_BUF_ERROR) || starved)
      return fail(Cause::kBadRequest, "the compressed body is damaged or incomplete");
  }
}

}  // namespace vaettir::engine
