#include "base/http/h1_chunked.h"

#include "base/http/characters.h"

namespace vaettir::http {
namespace {

// Nobody uses extensions; long ones in front of chunks of one byte are an attack.
constexpr std::uint16_t kLongestSizeLine = 1024;
// 2^60 bytes in 15 digits; the sixteenth is for a leading zero.
constexpr std::uint8_t kMostDigits = 16;
constexpr std::uint64_t kLongestChunk = std::uint64_t{1} << 60;

std::uint64_t hex_value(char c) {
  return static_cast<std::uint64_t>(is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
}

bool is_quoted_text(char c) {
  return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
}

}  // namespace

Parsed ChunkedDecoder::decode(std::span<char> bytes, const Limits& limits, Step& step_done) {
  step_done = {};
  std::size_t at = 0;
  while (at < bytes.size()) {
    if (state_ == State::kData) {
      const std::size_t n =
          static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size() - at));
      if (step_done.content != at) {
        std::memmove(bytes.data() + step_done.content, bytes.data() + at, n);
      }
      step_done.content += n;
      at += n;
      left_ -= n;
      if (left_ == 0) state_ = State::kDataCr;
      continue;
    }
    const Parsed result = step(bytes[at], limits);
    at++;
    if (result != Parsed::kMore) {
      step_done.consumed = at;
      return result;
    }
  }
  step_done.consumed = at;
  return Parsed::kMore;
}

Parsed ChunkedDecoder::step(char c, const Limits& limits) {
  switch (state_) {
    case State::kData:
    case State::kDataCr:
    case State::kDataLf:
      return data_end(c);
    case State::kLineStart:
    case State::kLine:
    case State::kLineLf:
    case State::kLastLf:
      return trailer(c, limits);
    default:
      return size_line(c);
  }
}

Parsed ChunkedDecoder::size_line(char c) {
  if (++line_ > kLongestSizeLine) return refuse("chunk extension too long");
  switch (state_) {
    case State::kSizeStart:
      if (!is(c, kHexChar)) return refuse("chunk size is not a hexadecimal number");
      return size_digit(c);
    case State::kSize:
      if (is(c, kHexChar)) return size_digit(c);
      if (c != ';' && c != '\r') return refuse("chunk size is not a hexadecimal number");
      return behind_extension(c);
    case State::kSizeLf:
      if (c != '\n') return refuse("chunk size does not end with CRLF");
      line_ = 0;
      digits_ = 0;
      state_ = left_ == 0 ? State::kLineStart : State::kData;
      return Parsed::kMore;
    default:
      return extension(c);
  }
}

Parsed ChunkedDecoder::size_digit(char c) {
  if (++digits_ > kMostDigits) return refuse("chunk size of too many digits");
  left_ = left_ << 4u | hex_value(c);
  if (left_ > kLongestChunk) return refuse("chunk size too large");
  state_ = State::kSize;
  return Parsed::kMore;
}

Parsed ChunkedDecoder::behind_extension(char c) {
  if (c == ';') {
    state_ = State::kExtension;
  } else if (c == '\r') {
    state_ = State::kSizeLf;
  } else {
    return refuse("invalid chunk extension");
  }
  return Parsed::kMore;
}

// chunk-ext = *( ";" token [ "=" ( token / quoted-string ) ] ), without the bad whitespace that
// RFC 9112 section 7.1.1 remembers: no client sends it.
Parsed ChunkedDecoder::extension(char c) {
  switch (state_) {
    case State::kExtension:
    case State::kValueStart:
      if (state_ == State::kValueStart && c == '"') {
        state_ = State::kQuoted;
        return Parsed::kMore;
      }
      if (!is(c, kTokenChar)) return refuse("invalid chunk extension");
      state_ = state_ == State::kExtension ? State::kName : State::kValue;
      return Parsed::kMore;
    case State::kName:
      if (is(c, kTokenChar)) return Parsed::kMore;
      if (c != '=') return behind_extension(c);
      state_ = State::kValueStart;
      return Parsed::kMore;
    case State::kValue:
      return is(c, kTokenChar) ? Parsed::kMore : behind_extension(c);
    case State::kQuoted:
      if (!is_quoted_text(c)) return refuse("control byte in a chunk extension");
      if (c == '"') state_ = State::kQuoteEnd;
      if (c == '\\') state_ = State::kEscape;
      return Parsed::kMore;
    case State::kEscape:
      if (!is_quoted_text(c)) return refuse("control byte in a chunk extension");
      state_ = State::kQuoted;
      return Parsed::kMore;
    default:
      return behind_extension(c);
  }
}

Parsed ChunkedDecoder::data_end(char c) {
  if (state_ == State::kDataCr) {
    if (c != '\r') return refuse("chunk is longer than its size, or does not end with CRLF");
    state_ = State::kDataLf;
    return Parsed::kMore;
  }
  if (c != '\n') return refuse("chunk does not end with CRLF");
  state_ = State::kSizeStart;
  return Parsed::kMore;
}

Parsed ChunkedDecoder::trailer(char c, const Limits& limits) {
  if (trailer_) {
    if (trailer_->size() >= limits.line_bytes) return refuse("trailer section too large");
    trailer_->push_back(c);
  }
  switch (state_) {
    case State::kLineStart:
      if (c == '\r') {
        state_ = State::kLastLf;
        return Parsed::kMore;
      }
      if (!trailer_) trailer_ = std::make_unique<std::string>(1, c);
      if (!is(c, kTokenChar)) return refuse("character that a trailer's name may not hold");
      state_ = State::kLine;
      return Parsed::kMore;
    case State::kLine:
      if (c == '\r') {
        state_ = State::kLineLf;
      } else if (!is_quoted_text(c)) {
        return refuse("control byte in a trailer");
      }
      return Parsed::kMore;
    case State::kLineLf:
      if (c != '\n') return refuse("CR without LF");
      state_ = State::kLineStart;
      return Parsed::kMore;
    default:
      if (c != '\n') return refuse("CR without LF");
      if (trailer_) {
        Headers fields;
        TrailerParser parser(limits);
        if (parser.parse(*trailer_, fields) != Parsed::kDone) {
          refusal_ = parser.refusal();
          return Parsed::kRefused;
        }
      }
      return Parsed::kDone;
  }
}

ChunkHead::ChunkHead(std::size_t content) {
  text_[sizeof(text_) - 2] = '\r';
  text_[sizeof(text_) - 1] = '\n';
  do {
    text_[--at_] = "0123456789abcdef"[content & 15u];
    content >>= 4u;
  } while (content != 0);
}

}  // namespace vaettir::http
