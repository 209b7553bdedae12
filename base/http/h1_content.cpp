#include "base/http/h1_content.h"

#include "base/net/stream.h"

namespace vaettir::http {

void Content::begin(const Framing& framing) {
  framing_ = framing;
  left_ = framing.length;
  finished_ = framing.kind == Framing::Kind::kNone ||
              (framing.kind == Framing::Kind::kLength && framing.length == 0);
}

std::optional<std::uint64_t> Content::remaining() const {
  if (finished_) return 0;
  if (framing_.kind == Framing::Kind::kLength) return left_;
  return std::nullopt;
}

Task<Result<Chunk>> Content::read() {
  if (finished_) return Result<Chunk>(Chunk{{}, true});
  if (failure_) return std::unexpected(failure_->copy());
  if (!input_.empty()) {
    std::size_t used = 0;
    Result<Chunk> chunk = understand(input_.bytes(), used);
    input_.consume(used);
    // Nothing but framing may have been there: then there is no chunk to give yet.
    if (!chunk || !chunk->bytes.empty() || chunk->last) return chunk;
  }
  return read_more();
}

Task<Result<Chunk>> Content::read_more() {
  for (;;) {
    const std::span<char> scratch = stream_.loop().scratch().first(wanted());
    const Deadline began = stream_.loop().now();
    const bool rate_decides = pace_.rate_decides();
    auto read = co_await stream_.read(scratch, pace_.for_reading(began));
    if (!read) co_return broken(slow_or_idle(std::move(read).error(), rate_decides));
    pace_.count(stream_.loop().now() - began, *read);
    if (*read == 0) co_return ended();
    std::size_t used = 0;
    Result<Chunk> chunk = understand(scratch.first(*read), used);
    // What follows the message is kept before anybody else may use the scratch.
    if (used < *read) input_.append({scratch.data() + used, *read - used});
    if (!chunk || !chunk->bytes.empty() || chunk->last) co_return chunk;
  }
}

// Not more than belongs to the message where that is known: what follows stays in the kernel.
std::size_t Content::wanted() const {
  if (framing_.kind != Framing::Kind::kLength) return Loop::kScratchBytes;
  return static_cast<std::size_t>(std::min<std::uint64_t>(left_, Loop::kScratchBytes));
}

Result<Chunk> Content::ended() {
  if (framing_.kind == Framing::Kind::kUntilClose && !stream_.truncated()) {
    finished_ = true;
    return Chunk{{}, true};
  }
  if (stream_.side() == Side::kClient) {
    return broken(Error(Cause::kClientAbort, "connection closed within a request's content"));
  }
  return broken(Error(Cause::kUpstreamReset, "connection closed within a response's content"));
}

std::unexpected<Error> Content::broken(Error error) {
  failure_ = error.copy();
  return std::unexpected(std::move(error));
}

Result<Chunk> Content::understand(std::span<char> bytes, std::size_t& used) {
  if (framing_.kind == Framing::Kind::kChunked) return understand_chunks(bytes, used);
  used = bytes.size();
  if (framing_.kind == Framing::Kind::kLength) {
    used = static_cast<std::size_t>(std::min<std::uint64_t>(left_, used));
    left_ -= used;
    finished_ = left_ == 0;
  }
  count_ += used;
  return Chunk{{bytes.data(), used}, finished_};
}

Result<Chunk> Content::understand_chunks(std::span<char> bytes, std::size_t& used) {
  ChunkedDecoder::Step step;
  const Parsed result = decoder_.decode(bytes, limits_, step);
  used = step.consumed;
  count_ += step.content;
  if (result == Parsed::kRefused) {
    const bool by_client = stream_.side() == Side::kClient;
    return broken(Error(by_client ? decoder_.refusal().cause : Cause::kUpstreamBadResponse,
                        decoder_.refusal().reason));
  }
  if (result == Parsed::kDone) {
    finished_ = true;
    if (const std::string_view section = decoder_.trailer_section(); !section.empty()) {
      trailers_ = std::make_unique<Headers>();
      [[maybe_unused]] const Parsed again = TrailerParser(limits_).parse(section, *trailers_);
      assert(again == Parsed::kDone && "the decoder has parsed it before");
    }
  }
  return Chunk{{bytes.data(), step.content}, finished_};
}

Error Content::slow_or_idle(Error error, bool rate_decided) const {
  if (error.cause() == Cause::kClientTimeout && rate_decided) {
    return Error(Cause::kClientSlow, "request content comes below the minimum rate");
  }
  return error;
}

}  // namespace vaettir::http
