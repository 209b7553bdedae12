#include "base/http/characters.h"
#include "base/http/h1_parser.h"

namespace vaettir::http {

Parsed ResponseParser::parse(std::string_view bytes, ResponseHead& response) {
  if (base_ != nullptr && base_ != bytes.data()) move_to(bytes.data(), response);
  show(bytes);
  if (base_ == end_) return Parsed::kMore;
  if (stage_ == Stage::kStart) stage_ = Stage::kFirstLine;
  if (Parsed result = resume(oversized_); result != Parsed::kDone) return result;
  if (stage_ == Stage::kFirstLine) {
    if (Parsed result = status_line(response); result != Parsed::kDone) {
      return judge(result, oversized_);
    }
  }
  if (Parsed result = fields(response.headers); result != Parsed::kDone) return result;
  return check(response);
}

void ResponseParser::move_to(const char* copy, ResponseHead& response) {
  const std::ptrdiff_t by = copy - base_;
  shift(response.reason, by);
  shift(response.headers, by);
  end_ = copy + (end_ - base_);
  base_ = copy;
}

// RFC 9112 section 4. The space before an empty reason phrase is required there, but many servers
// leave it out, and nothing is ambiguous without it.
Parsed ResponseParser::status_line(ResponseHead& response) {
  static constexpr std::string_view kForm = "HTTP/1.d ddd";
  const char* line = base_ + at_;
  for (std::size_t i = 0; i < kForm.size(); i++) {
    if (line + i == end_) return incomplete(oversized_);
    if (kForm[i] == 'd' ? !is_digit(line[i]) : line[i] != kForm[i]) {
      return refuse(malformed_, "not a status line of HTTP/1.x");
    }
  }
  const char* reason = line + kForm.size();
  const char* cr = first_control(reason, end_);
  if (cr == end_) return incomplete(oversized_);
  if (*cr != '\r') return refuse(malformed_, "control byte in the status line");
  if (cr + 1 == end_) return incomplete(oversized_);
  if (cr[1] != '\n') return refuse(malformed_, "CR without LF");
  if (cr != reason && *reason != ' ') {
    return refuse(malformed_, "status code of more than three digits");
  }
  if (static_cast<std::size_t>(cr - line) > limits_.line_bytes) {
    return refuse(malformed_, "status line too long");
  }
  response.version = line[7] == '0' ? Version::kHttp10 : Version::kHttp11;
  response.status =
      static_cast<std::uint16_t>((line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0'));
  if (response.status < 100) return refuse(malformed_, "status below 100");
  if (cr != reason) response.reason = {reason + 1, static_cast<std::size_t>(cr - reason - 1)};
  at_ = static_cast<std::size_t>(cr + 2 - base_);
  stage_ = Stage::kFields;
  response.headers.reserve();
  return Parsed::kDone;
}

Parsed ResponseParser::check(ResponseHead& response) {
  framing_ = {Framing::Kind::kUntilClose, 0};
  if (Parsed result = read_framing(response.headers, response.version, framing_);
      result != Parsed::kDone) {
    return result;
  }
  if (framing_.kind == Framing::Kind::kLength) announced_length_ = framing_.length;
  keep_alive_ = response.version == Version::kHttp11
                    ? !response.headers.lists(Name::kConnection, "close")
                    : response.headers.lists(Name::kConnection, "keep-alive");
  const std::uint16_t status = response.status;
  const bool without_content = status < 200 || status == 204 || status == 304 || to_head_;
  if (without_content) {
    // A server that announces chunks behind a 204 may well send them: its next answer could not
    // be told from them.
    if ((status < 200 || status == 204) && framing_.kind == Framing::Kind::kChunked) {
      keep_alive_ = false;
    }
    framing_ = {};
  }
  if (framing_.kind == Framing::Kind::kUntilClose) keep_alive_ = false;
  return Parsed::kDone;
}

}  // namespace vaettir::http
