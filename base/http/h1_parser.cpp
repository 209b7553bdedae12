#include "base/http/h1_parser.h"

#include "base/core/text.h"
#include "base/http/characters.h"

namespace vaettir::http {
namespace {

// An exabyte. Ten times as much, and sums of lengths, still fit 64 bits.
constexpr std::uint64_t kLongestContent = std::uint64_t{1} << 60;

// RFC 9110 section 6.5.1: a trailer that is acted upon as if it had come in the head lets a client
// go round every check that was made on the head.
bool may_be_trailer(Name id) {
  switch (id) {
    case Name::kHost:
    case Name::kConnection:
    case Name::kContentLength:
    case Name::kContentType:
    case Name::kContentEncoding:
    case Name::kTransferEncoding:
    case Name::kTe:
    case Name::kTrailer:
    case Name::kUpgrade:
    case Name::kExpect:
    case Name::kKeepAlive:
    case Name::kProxyConnection:
    case Name::kProxyAuthenticate:
    case Name::kProxyAuthorization:
    case Name::kAuthorization:
    case Name::kCookie:
    case Name::kSetCookie:
    case Name::kLocation:
    case Name::kCacheControl:
    case Name::kForwarded:
    case Name::kXForwardedFor:
    case Name::kXForwardedHost:
    case Name::kXForwardedPort:
    case Name::kXForwardedProto:
    case Name::kXForwardedServer:
    case Name::kXForwardedPrefix:
    case Name::kXRealIp:
      return false;
    default:
      return true;
  }
}

}  // namespace

std::optional<std::uint64_t> parse_content_length(std::string_view text) {
  if (text.empty() || (text.size() > 1 && text[0] == '0')) return std::nullopt;
  std::uint64_t length = 0;
  for (char c : text) {
    if (!is_digit(c)) return std::nullopt;
    length = length * 10 + static_cast<std::uint64_t>(c - '0');
    if (length > kLongestContent) return std::nullopt;
  }
  return length;
}

std::ptrdiff_t HeadParser::show(std::string_view bytes) {
  const std::ptrdiff_t moved = base_ == nullptr ? 0 : bytes.data() - base_;
  base_ = bytes.data();
  end_ = base_ + bytes.size();
  return moved;
}

void HeadParser::shift(Headers& headers, std::ptrdiff_t by) {
  for (Field& field : headers.fields()) {
    shift(field.name, by);
    shift(field.value, by);
  }
}

Parsed HeadParser::resume(Cause too_long) {
  return seen_ <= at_ || has_line() ? Parsed::kDone : partial(too_long);
}

bool HeadParser::has_line() const {
  const char* from = base_ + std::max(seen_, at_);
  return std::memchr(from, '\n', static_cast<std::size_t>(end_ - from)) != nullptr;
}

Parsed HeadParser::partial(Cause too_long) {
  // No line of HTTP holds control bytes, so the line need not be complete to refuse it; a CR at the
  // very end may still get its LF.
  const char* from = seen_ > at_ ? base_ + seen_ - 1 : base_ + at_;
  const char* control = first_control(from, end_);
  if (control != end_ && !(*control == '\r' && control + 1 == end_)) {
    return refuse(malformed_, "control byte in a line");
  }
  return incomplete(too_long);
}

Parsed HeadParser::judge(Parsed result, Cause too_long) {
  return result == Parsed::kRefused && !has_line() ? partial(too_long) : result;
}

Parsed HeadParser::incomplete(Cause too_long) {
  const char* line = base_ + at_;
  const auto line_bytes = static_cast<std::size_t>(end_ - line);
  if (line_bytes > limits_.line_bytes + 1) return refuse(too_long, "line too long");  // + 1: its CR
  if (static_cast<std::size_t>(end_ - base_) > limits_.head_bytes) {
    return refuse(oversized_, "head too large");
  }
  seen_ = static_cast<std::size_t>(end_ - base_);
  return Parsed::kMore;
}

Parsed HeadParser::fields(Headers& headers) {
  for (;;) {
    const char* line = base_ + at_;
    if (line == end_) return incomplete(oversized_);
    if (*line == '\r') {
      if (line + 1 == end_) return incomplete(oversized_);
      if (line[1] != '\n') return refuse(malformed_, "CR without LF");
      at_ += 2;
      if (at_ > limits_.head_bytes) return refuse(oversized_, "head too large");
      stage_ = Stage::kDone;
      return Parsed::kDone;
    }
    const char* next = nullptr;
    if (Parsed result = field_line(line, headers, next); result != Parsed::kDone) {
      return judge(result, oversized_);
    }
    at_ = static_cast<std::size_t>(next - base_);
    if (at_ > limits_.head_bytes) return refuse(oversized_, "head too large");
  }
}

Parsed HeadParser::field_line(const char* line, Headers& headers, const char*& next) {
  const char* colon = skip(kTokenChar, line, end_);
  if (colon == end_) return incomplete(oversized_);
  if (*colon != ':' || colon == line) return refuse_name(colon, colon == line);
  const char* value = colon + 1;
  while (value != end_ && (*value == ' ' || *value == '\t')) value++;
  const char* cr = first_control(value, end_);
  if (cr == end_) return incomplete(oversized_);
  if (*cr != '\r') {
    return refuse(malformed_,
                  *cr == '\n' ? "line ends with LF alone" : "control byte in a field value");
  }
  if (cr + 1 == end_) return incomplete(oversized_);
  if (cr[1] != '\n') return refuse(malformed_, "CR without LF");
  if (static_cast<std::size_t>(cr - line) > limits_.line_bytes) {
    return refuse(oversized_, "field line too long");
  }
  if (headers.size() >= limits_.fields) {
    return refuse(oversized_, "too many fields");
  }
  next = cr + 2;
  while (cr != value && (cr[-1] == ' ' || cr[-1] == '\t')) cr--;
  headers.add(std::string_view(line, static_cast<std::size_t>(colon - line)),
              std::string_view(value, static_cast<std::size_t>(cr - value)));
  return Parsed::kDone;
}

Parsed HeadParser::refuse_name(const char* at, bool empty) {
  const char* reason = "character that a field name may not hold";
  if (*at == '\n') reason = "line ends with LF alone";
  if (*at == '\r') reason = "field line without colon";
  if (*at == ' ' || *at == '\t') reason = "space before the colon of a field";
  if (empty && *at == ':') reason = "field without name";
  if (empty && (*at == ' ' || *at == '\t')) reason = "folded line, or space before the first field";
  return refuse(malformed_, reason);
}

Parsed HeadParser::read_framing(const Headers& headers, Version version, Framing& framing) {
  const Field* length = nullptr;
  const Field* coding = nullptr;
  for (const Field& field : headers.fields()) {
    if (field.id != Name::kContentLength && field.id != Name::kTransferEncoding) continue;
    const Field*& first = field.id == Name::kContentLength ? length : coding;
    if (first != nullptr) return refuse(malformed_, "Content-Length or Transfer-Encoding twice");
    first = &field;
  }
  if (length != nullptr && coding != nullptr) {
    return refuse(malformed_, "Content-Length and Transfer-Encoding together");
  }
  if (coding != nullptr) {
    if (version == Version::kHttp10) return refuse(malformed_, "Transfer-Encoding in HTTP/1.0");
    if (!equal_ignoring_case(coding->value, "chunked")) {
      return refuse(malformed_, "Transfer-Encoding other than chunked");
    }
    framing = {Framing::Kind::kChunked, 0};
  }
  if (length != nullptr) {
    const auto bytes = parse_content_length(length->value);
    if (!bytes) return refuse(malformed_, "Content-Length is not a number");
    framing = {Framing::Kind::kLength, *bytes};
  }
  return Parsed::kDone;
}

Parsed TrailerParser::parse(std::string_view section, Headers& trailers) {
  shift(trailers, show(section));
  if (Parsed result = fields(trailers); result != Parsed::kDone) return result;
  Headers kept;
  for (const Field& field : trailers.fields()) {
    if (may_be_trailer(field.id)) kept.add(field);
  }
  trailers = std::move(kept);
  return Parsed::kDone;
}

}  // namespace vaettir::http
