#include "base/core/text.h"
#include "base/http/characters.h"
#include "base/http/h1_parser.h"
#include "base/http/target.h"

namespace vaettir::http {

Parsed RequestParser::parse(std::string_view bytes, Request& request) {
  if (const char* before = base_; before != nullptr && before != bytes.data()) {
    move_to(bytes.data(), request);
  }
  show(bytes);
  if (stage_ == Stage::kStart) {
    if (Parsed result = start(); result != Parsed::kDone) return result;
  }
  const Cause too_long = stage_ == Stage::kFirstLine ? Cause::kUriTooLong : Cause::kHeaderTooLarge;
  if (Parsed result = resume(too_long); result != Parsed::kDone) return result;
  if (stage_ == Stage::kFirstLine) {
    if (Parsed result = request_line(request); result != Parsed::kDone) {
      return judge(result, too_long);
    }
  }
  if (Parsed result = fields(request.headers); result != Parsed::kDone) return result;
  return check(request);
}

void RequestParser::move_to(const char* copy, Request& request) {
  const std::ptrdiff_t by = copy - base_;
  const char* first = base_;
  const char* last = end_;
  for (std::string_view* view : {&request.method, &request.target, &request.authority,
                                 &request.host, &request.path, &request.query}) {
    // The path of an absolute-form target without one is a literal: it stays.
    if (view->data() >= first && view->data() <= last) shift(*view, by);
  }
  shift(request.headers, by);
  end_ = copy + (end_ - base_);
  base_ = copy;
}

// One empty line before the request is ignored (RFC 9112 section 2.2): old clients send it behind
// a body.
Parsed RequestParser::start() {
  if (base_ == end_) return Parsed::kMore;
  if (*base_ == '\r') {
    if (base_ + 1 == end_) return Parsed::kMore;
    if (base_[1] != '\n') return refuse(Cause::kBadRequest, "CR without LF");
    if (base_ + 2 == end_) return Parsed::kMore;
    at_ = 2;
  }
  seen_ = at_;
  stage_ = Stage::kFirstLine;
  return Parsed::kDone;
}

Parsed RequestParser::request_line(Request& request) {
  const char* line = base_ + at_;
  const char* space = skip(kTokenChar, line, end_);
  if (space == end_) return incomplete(Cause::kUriTooLong);
  if (space == line || *space != ' ') return refuse(Cause::kBadRequest, "method is not a token");
  const char* target = space + 1;
  const char* target_end = first_not_target(target, end_);
  if (target_end == end_) return incomplete(Cause::kUriTooLong);
  if (static_cast<std::size_t>(target_end - line) > limits_.line_bytes) {
    return refuse(Cause::kUriTooLong, "request line too long");
  }
  request.method = {line, static_cast<std::size_t>(space - line)};
  request.target = {target, static_cast<std::size_t>(target_end - target)};
  if (target_end == target) return refuse(Cause::kBadRequest, "no target, or several spaces");
  switch (*target_end) {
    case ' ':
      return version(target_end + 1, request);
    case '#':
      return refuse(Cause::kBadRequest, "fragment in the target");
    case '\r':
    case '\n':
      return refuse(Cause::kBadRequest, "request line without version");
    default:
      return refuse(Cause::kBadRequest, "byte that a target may not hold");
  }
}

Parsed RequestParser::version(const char* at, Request& request) {
  // 'd' stands for a digit: HTTP-version = "HTTP/" DIGIT "." DIGIT (RFC 9112 section 2.3).
  static constexpr std::string_view kForm = "HTTP/d.d\r\n";
  for (std::size_t i = 0; i < kForm.size(); i++) {
    if (at + i == end_) return incomplete(Cause::kUriTooLong);
    if (kForm[i] == 'd' ? !is_digit(at[i]) : at[i] != kForm[i]) {
      return refuse(Cause::kBadRequest,
                    i >= 8 && at[i] == '\n' ? "line ends with LF alone" : "not an HTTP version");
    }
  }
  if (static_cast<std::size_t>(at + 8 - (base_ + at_)) > limits_.line_bytes) {
    return refuse(Cause::kUriTooLong, "request line too long");
  }
  if (at[5] != '1') {
    constexpr std::uint16_t kVersionNotSupported = 505;
    return refuse(Cause::kBadRequest, "version of HTTP that is not spoken here",
                  kVersionNotSupported);
  }
  request.version = at[7] == '0' ? Version::kHttp10 : Version::kHttp11;
  at_ = static_cast<std::size_t>(at + kForm.size() - base_);
  stage_ = Stage::kFields;
  request.headers.reserve();
  return Parsed::kDone;
}

Parsed RequestParser::check(Request& request) {
  constexpr std::uint16_t kMethodNotAllowed = 405;
  if (Parsed result = check_host(request); result != Parsed::kDone) return result;
  if (Parsed result = read_framing(request.headers, request.version, framing_);
      result != Parsed::kDone) {
    return result;
  }
  const bool is_11 = request.version == Version::kHttp11;
  keep_alive_ = is_11 ? !request.headers.lists(Name::kConnection, "close")
                      : request.headers.lists(Name::kConnection, "keep-alive");
  // RFC 9110 section 10.1.1: an expectation of HTTP/1.0 is ignored.
  if (auto expect = request.headers.find(Name::kExpect); expect && is_11) {
    if (!equal_ignoring_case(*expect, "100-continue") ||
        request.headers.count(Name::kExpect) != 1) {
      return refuse(Cause::kExpectationFailed, "Expect other than 100-continue");
    }
    expects_continue_ = framing_.kind == Framing::Kind::kChunked || framing_.length > 0;
  }
  // TRACE shows a client the fields that intermediaries added; CONNECT makes an open relay.
  if (request.method == "TRACE" || request.method == "CONNECT") {
    return refuse(Cause::kBadRequest, "method that is not offered here", kMethodNotAllowed);
  }
  return check_upgrade(request);
}

Parsed RequestParser::check_host(Request& request) {
  const std::size_t hosts = request.headers.count(Name::kHost);
  if (hosts > 1) return refuse(Cause::kBadRequest, "Host twice");
  if (hosts == 0 && request.version == Version::kHttp11) {
    return refuse(Cause::kBadRequest, "no Host");
  }
  if (hosts == 1) {
    request.authority = *request.headers.find(Name::kHost);
    const auto parts = split_authority(request.authority);
    if (!parts) return refuse(Cause::kBadRequest, "Host is not a host name with an optional port");
    request.host = parts->host;
  }
  if (request.method == "CONNECT") return Parsed::kDone;  // authority-form; refused further on
  const auto target = split_target(request.target, request.method);
  if (!target) return refuse(Cause::kBadRequest, "target has none of the forms of a request");
  if (!target->authority.empty()) {
    const auto parts = split_authority(target->authority);
    if (!parts) return refuse(Cause::kBadRequest, "target names no host");
    if (hosts == 1 && !same_authority(request.authority, target->authority, target->default_port)) {
      return refuse(Cause::kBadRequest, "Host and target name different hosts");
    }
    request.authority = target->authority;
    request.host = parts->host;
  }
  request.path = target->path;
  request.query = target->query;
  request.has_query = target->has_query;
  return Parsed::kDone;
}

Parsed RequestParser::check_upgrade(Request& request) {
  constexpr std::uint16_t kUpgradeRequired = 426;
  const auto upgrade = request.headers.find(Name::kUpgrade);
  request.wants_upgrade = upgrade && request.method == "GET" &&
                          request.version == Version::kHttp11 &&
                          request.headers.lists(Name::kConnection, "upgrade");
  if (request.wants_upgrade && request.headers.lists(Name::kUpgrade, "websocket")) {
    const auto version = request.headers.find(Name::kSecWebsocketVersion);
    if (version && *version != "13") {  // RFC 6455 section 4.4
      return refuse(Cause::kBadRequest, "version of WebSocket other than 13", kUpgradeRequired);
    }
  }
  return Parsed::kDone;
}

}  // namespace vaettir::http
