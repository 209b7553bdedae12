// Chunked content (RFC 9112 section 7.1): a decoder that takes the framing out of bytes in place,
// and the frame that a chunk is sent in. The decoder is fed whatever came, in pieces of any size,
// and keeps only its state; a trailer section is collected until it is complete.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/http/arena.h"
#include "base/http/h1_parser.h"
#include "base/http/headers.h"
#include "base/http/limits.h"

namespace vaettir::http {

class ChunkedDecoder {
 public:
  // What one call did: content now stands at the front of the bytes; consumed of them are dealt
  // with. Less than all only at the end of the content: what follows is the next message's.
  struct Step {
    std::size_t content = 0;
    std::size_t consumed = 0;
  };

  // kMore: feed the next bytes. kDone: the content is complete. kRefused: refusal(). Content that
  // precedes what was refused is in the step, and not to be trusted to be all.
  Parsed decode(std::span<char> bytes, const Limits& limits, Step& step);

  const Refusal& refusal() const { return refusal_; }
  // The raw trailer section once done, its empty line included; empty where there is none.
  std::string_view trailer_section() const {
    return trailer_ ? std::string_view(*trailer_) : std::string_view();
  }

 private:
  enum class State : std::uint8_t {
    kSizeStart,   // first digit of a chunk size
    kSize,        // further digits
    kExtension,   // behind ';': a name must follow
    kName,        // in the name of an extension
    kValueStart,  // behind '='
    kValue,       // in a token
    kQuoted,      // in a quoted string
    kEscape,      // behind a backslash in it
    kQuoteEnd,    // behind its end
    kSizeLf,      // LF of the line with the size
    kData,        // content
    kDataCr,      // behind the content
    kDataLf,
    kLineStart,  // trailer section: at the start of a line
    kLine,       // inside a line
    kLineLf,     // LF of a line
    kLastLf,     // LF of the empty line
  };

  Parsed refuse(const char* reason) {
    refusal_ = {Cause::kBadRequest, 0, reason};
    return Parsed::kRefused;
  }
  Parsed size_digit(char c);
  Parsed behind_extension(char c);
  Parsed extension(char c);
  Parsed size_line(char c);
  Parsed data_end(char c);
  Parsed trailer(char c, const Limits& limits);
  Parsed step(char c, const Limits& limits);

  State state_ = State::kSizeStart;
  std::uint8_t digits_ = 0;
  std::uint16_t line_ = 0;  // bytes of this size line
  std::uint64_t left_ = 0;  // of this chunk
  std::unique_ptr<std::string> trailer_;
  Refusal refusal_;
};

// "1f40\r\n" in front of a chunk; "\r\n" goes behind it.
class ChunkHead {
 public:
  explicit ChunkHead(std::size_t content);
  std::string_view text() const { return {text_ + at_, sizeof(text_) - at_}; }

 private:
  char text_[18];  // 16 digits and CRLF
  std::uint8_t at_ = sizeof(text_) - 2;
};
inline constexpr std::string_view kLastChunk = "0\r\n";  // a trailer section and CRLF follow

}  // namespace vaettir::http
