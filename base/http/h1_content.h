// Content: the incoming content of one message of HTTP/1.x, of requests and responses alike: read
// from what the connection has already got (Pending), then from its stream straight into the loop's
// scratch, which is what chunks are views of. Lives in the exchange; one loop.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>

#include "base/async/loop.h"
#include "base/async/task.h"
#include "base/core/result.h"
#include "base/http/body.h"
#include "base/http/h1_chunked.h"
#include "base/http/h1_parser.h"
#include "base/http/limits.h"
#include "base/http/pace.h"
#include "base/http/pending.h"

namespace vaettir::net {
class Stream;
}

namespace vaettir::http {

class Content {
 public:
  // Content bytes are added to `count` as they are read.
  Content(net::Stream& stream, Pending& input, const Limits& limits, Pace pace,
          std::uint64_t& count)
      : stream_(stream), input_(input), limits_(limits), pace_(pace), count_(count) {}
  Content(const Content&) = delete;
  Content& operator=(const Content&) = delete;

  void begin(const Framing& framing);
  // Errors: on the client's side client_abort, client_timeout, client_slow, bad_request (broken
  // chunks); on the upstream's upstream_reset, upstream_timeout, upstream_bad_response.
  Task<Result<Chunk>> read();

  bool finished() const { return finished_; }
  // Reading has failed: where the message ends, nobody knows any more. Reading on fails again.
  bool failed() const { return failure_.has_value(); }
  // Bytes still to come, where known.
  std::optional<std::uint64_t> remaining() const;
  const Headers* trailers() const { return trailers_.get(); }
  void set_pace(Pace pace) { pace_ = pace; }
  const Framing& framing() const { return framing_; }

 private:
  Task<Result<Chunk>> read_more();
  std::size_t wanted() const;
  Result<Chunk> ended();
  std::unexpected<Error> broken(Error error);
  // Takes the framing out of bytes; `used` of them belong to this message.
  Result<Chunk> understand(std::span<char> bytes, std::size_t& used);
  Result<Chunk> understand_chunks(std::span<char> bytes, std::size_t& used);
  Error slow_or_idle(Error error, bool rate_decided) const;

  net::Stream& stream_;
  Pending& input_;
  const Limits& limits_;
  Pace pace_;
  std::uint64_t& count_;
  Framing framing_;
  std::uint64_t left_ = 0;
  bool finished_ = true;
  std::optional<Error> failure_;
  std::unique_ptr<Headers> trailers_;
  ChunkedDecoder decoder_;
};

}  // namespace vaettir::http
