// ContentWriter: how the content of one message leaves: with its head in one system call where it
// is short, then piece by piece, framed by Content-Length, chunks or the end of the connection.
// Lives in the exchange (server) or in the request that is under way (client).
#pragma once
#include <cstdint>
#include <span>

#include "base/async/task.h"
#include "base/core/result.h"
#include "base/http/arena.h"
#include "base/http/body.h"
#include "base/http/h1_parser.h"
#include "base/http/pace.h"

namespace vaettir::net {
class Stream;
}

namespace vaettir::http {

class ContentWriter {
 public:
  // A piece up to this size is copied behind its head: one buffer, one record. Above it the copy
  // costs more than gathering.
  static constexpr std::size_t kCopyBytes = 2 * 1024;

  ContentWriter(net::Stream& stream, Arena& arena, Pace pace)
      : stream_(stream), arena_(arena), pace_(pace) {}
  ContentWriter(const ContentWriter&) = delete;
  ContentWriter& operator=(const ContentWriter&) = delete;

  // Memory for at least so many bytes that leave; what is in it stays in front. What the kernel
  // does not take is copied by the stream, so the same memory serves every piece.
  std::span<char> out(std::size_t least, std::size_t used = 0);
  // With kLength the bytes of all chunks must add up to it: internal otherwise.
  void begin(const Framing& framing);
  // One piece behind the first `used` bytes of out() (a head). `trailers` may be nullptr; they go
  // out with the last chunk of chunked content.
  Task<Result<>> write(Chunk chunk, const Headers* trailers, std::size_t used);
  // Bytes of out() alone.
  Task<Result<>> write_out(std::size_t used) { return send(out_.first(used), {}); }

  std::uint64_t content_bytes() const { return content_bytes_; }

 private:
  Task<Result<>> write_plain(Chunk chunk, std::size_t used);
  Task<Result<>> write_framed(Chunk chunk, const Headers* trailers, std::size_t used);
  Task<Result<>> send(std::span<const char> head, std::span<const char> body);
  Error slow_or_idle(Error error, Deadline began) const;

  net::Stream& stream_;
  Arena& arena_;
  Pace pace_;
  Framing framing_;
  std::uint64_t promised_ = 0;
  std::uint64_t content_bytes_ = 0;
  std::span<char> out_;
  bool owes_crlf_ = false;  // the end of the last chunk leaves with what comes next
};

}  // namespace vaettir::http
