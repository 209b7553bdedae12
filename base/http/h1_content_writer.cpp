#include "base/http/h1_content_writer.h"

#include "base/http/h1_chunked.h"
#include "base/http/h1_writer.h"
#include "base/net/stream.h"

namespace vaettir::http {
namespace {

// With chunked coding the end of the chunk, and of the body, would be further system calls.
constexpr std::size_t kCopyFramedBytes = 16 * 1024;
// CRLF owed, size line, CRLF, last chunk, empty line.
constexpr std::size_t kFrameBytes = 2 + 18 + 2 + 3 + 2;
constexpr std::size_t kLeastOut = 1024;

}  // namespace

std::span<char> ContentWriter::out(std::size_t least, std::size_t used) {
  if (out_.size() < least) {
    const std::span<char> larger = arena_.take(std::max(least, kLeastOut));
    if (used != 0) std::memcpy(larger.data(), out_.data(), used);
    out_ = larger;
  }
  return out_;
}

void ContentWriter::begin(const Framing& framing) {
  framing_ = framing;
  const bool bounded =
      framing.kind == Framing::Kind::kLength || framing.kind == Framing::Kind::kNone;
  promised_ = bounded ? framing.length : ~std::uint64_t{0};
}

Task<Result<>> ContentWriter::write(Chunk chunk, const Headers* trailers, std::size_t used) {
  if (chunk.bytes.size() > promised_) {
    return fail(Cause::kInternal, "the content is longer than its announced length");
  }
  promised_ -= chunk.bytes.size();
  if (chunk.last && promised_ != 0 && framing_.kind == Framing::Kind::kLength) {
    return fail(Cause::kInternal, "the content is shorter than its announced length");
  }
  if (framing_.kind == Framing::Kind::kChunked) return write_framed(chunk, trailers, used);
  if (used == 0 && chunk.bytes.empty()) return Result<>();
  return write_plain(chunk, used);
}

Task<Result<>> ContentWriter::write_plain(Chunk chunk, std::size_t used) {
  content_bytes_ += chunk.bytes.size();
  if (used == 0) return send(chunk.bytes, {});
  if (chunk.bytes.size() > kCopyBytes) return send(out_.first(used), chunk.bytes);
  const std::span<char> memory = out(used + chunk.bytes.size(), used);
  put(memory.data() + used, chunk.bytes);
  return send(memory.first(used + chunk.bytes.size()), {});
}

// The end of a big chunk waits for what comes next: it tells the peer nothing, and would cost a
// system call of its own.
Task<Result<>> ContentWriter::write_framed(Chunk chunk, const Headers* trailers, std::size_t used) {
  const bool copies = chunk.bytes.size() <= kCopyFramedBytes;
  const std::size_t room = used + kFrameBytes + (copies ? chunk.bytes.size() : 0) +
                           (trailers != nullptr ? size_of(*trailers) : 0);
  const std::span<char> memory = out(room, used);
  char* at = memory.data() + used;
  if (std::exchange(owes_crlf_, false)) at = put(at, "\r\n");
  if (!chunk.bytes.empty()) {
    content_bytes_ += chunk.bytes.size();
    at = put(at, ChunkHead(chunk.bytes.size()).text());
    if (copies) {
      at = put(at, chunk.bytes);
      at = put(at, "\r\n");
    } else {
      CO_TRY_OK(co_await send({memory.data(), at}, chunk.bytes));
      at = memory.data();
      if (chunk.last) at = put(at, "\r\n");
      owes_crlf_ = !chunk.last;
    }
  }
  if (chunk.last) {
    at = put(at, kLastChunk);
    at = trailers != nullptr ? http::write(at, *trailers) : put(at, "\r\n");
  }
  if (at == memory.data()) co_return Result<>();
  co_return co_await send({memory.data(), at}, {});
}

Task<Result<>> ContentWriter::send(std::span<const char> head, std::span<const char> body) {
  const std::size_t size = head.size() + body.size();
  const Deadline began = stream_.loop().now();
  auto written = co_await stream_.write(head, body, pace_.for_writing(began, size));
  pace_.count(stream_.loop().now() - began, size);
  if (!written) co_return std::unexpected(slow_or_idle(std::move(written).error(), began));
  co_return Result<>();
}

Error ContentWriter::slow_or_idle(Error error, Deadline began) const {
  if (error.cause() == Cause::kClientTimeout && stream_.last_written() > began) {
    return Error(Cause::kClientSlow, "the client takes the answer below the minimum rate");
  }
  return error;
}

}  // namespace vaettir::http
