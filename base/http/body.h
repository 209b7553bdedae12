// Body: content that is pulled. Whoever wants bytes calls read(); nobody reads, nobody sends: that
// is the whole back-pressure. A filter that changes a body owns the one before it and is itself a
// Body. Idle limit and minimum rate are kept by the body that reads from a stream (limits.h).
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/async/task.h"
#include "base/core/result.h"
#include "base/http/headers.h"

namespace vaettir::http {

struct Chunk {
  std::string_view
      bytes;  // valid until the reader next suspends or reads again; may be empty only when last
  bool last = false;  // the content ends with these bytes; reading on gives empty last chunks
};

class Body : public Pooled {
 public:
  virtual ~Body() = default;
  virtual Task<Result<Chunk>> read() = 0;
  // Bytes that are still to come, where known beforehand (Content-Length).
  virtual std::optional<std::uint64_t> length() const { return std::nullopt; }
  // Trailer section of chunked content (RFC 9112 section 7.1.2), after the last chunk; nullptr
  // where there is none.
  virtual const Headers* trailers() const { return nullptr; }
};

// Content that is all there: error pages, JSON answers.
class TextBody final : public Body {
 public:
  explicit TextBody(std::string text) : text_(std::move(text)) {}
  Task<Result<Chunk>> read() override {
    const std::string_view piece = std::string_view(text_).substr(at_, kPieceBytes);
    at_ += piece.size();
    return Result<Chunk>(Chunk{piece, at_ == text_.size()});
  }
  std::optional<std::uint64_t> length() const override { return text_.size() - at_; }

 private:
  // What is not taken at once is copied by the sender: so not a long text as a whole.
  static constexpr std::size_t kPieceBytes = 64 * 1024;
  std::string text_;
  std::size_t at_ = 0;
};

// No content at all.
class EmptyBody final : public Body {
 public:
  Task<Result<Chunk>> read() override { return Result<Chunk>(Chunk{{}, true}); }
  std::optional<std::uint64_t> length() const override { return 0; }
};

// The whole content as one string; body_too_large above `limit` bytes.
Task<Result<std::string>> read_all(Body& body, std::size_t limit);

}  // namespace vaettir::http
