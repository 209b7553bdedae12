// Parsers of HTTP/1.x heads (RFC 9112): strict, incremental, in place. They allocate nothing but
// the vector of fields and copy nothing: what they give are views into the bytes they were shown.
// Used by the server and the client connection, one per message; no I/O, no clock.
//
// The caller shows all bytes from the message's first one, again with more of them after kMore (the
// memory may have moved: views follow). A line is parsed when it is complete; while it is not, each
// byte is looked at once, so that input which comes byte by byte costs no more than linear time.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/core/cause.h"
#include "base/http/exchange.h"
#include "base/http/headers.h"
#include "base/http/limits.h"

namespace vaettir::http {

enum class Parsed : std::uint8_t { kMore, kDone, kRefused };

// Why a message was not taken. The reason names the rule that was broken, for log and operator.
struct Refusal {
  Cause cause = Cause::kBadRequest;
  std::uint16_t status = 0;  // 0: the cause's
  const char* reason = "";
};

// How the end of a message's content is found (RFC 9112 section 6.3).
struct Framing {
  enum class Kind : std::uint8_t { kNone, kLength, kChunked, kUntilClose };
  Kind kind = Kind::kNone;
  std::uint64_t length = 0;  // with kLength
};

// What requests, responses and trailer sections share: lines of fields, and where we are.
class HeadParser {
 public:
  // Bytes of the head, its empty line included; once it is done.
  std::size_t length() const { return at_; }
  const Refusal& refusal() const { return refusal_; }
  // Nothing but the empty line that may stand before a request has come.
  bool untouched() const { return stage_ == Stage::kStart; }

 protected:
  HeadParser(const Limits& limits, Cause malformed, Cause oversized)
      : limits_(limits), malformed_(malformed), oversized_(oversized) {}
  enum class Stage : std::uint8_t { kStart, kFirstLine, kFields, kDone };

  // The memory may have moved since the last call: how far, or 0.
  std::ptrdiff_t show(std::string_view bytes);
  static void shift(std::string_view& view, std::ptrdiff_t by) {
    if (view.data() != nullptr) view = {view.data() + by, view.size()};
  }
  static void shift(Headers& headers, std::ptrdiff_t by);

  // Looks at what came behind a line that was incomplete: is it worth parsing now?
  Parsed resume(Cause too_long);
  // A line that is not complete is refused for its control bytes and its length alone: so what
  // becomes of a message does not depend on the pieces in which it comes.
  Parsed judge(Parsed result, Cause too_long);
  // The line that starts at at_ reaches to the end of what was shown, and is not complete.
  Parsed incomplete(Cause too_long);
  Parsed fields(Headers& headers);
  Parsed refuse(Cause cause, const char* reason, std::uint16_t status = 0) {
    refusal_ = {cause, status, reason};
    return Parsed::kRefused;
  }
  // The Content-Length and Transfer-Encoding rules that requests and responses share. Both fields
  // at once are refused: two readers would disagree about where the message ends.
  Parsed read_framing(const Headers& headers, Version version, Framing& framing);

  const Limits& limits_;
  const Cause malformed_;
  const Cause oversized_;
  const char* base_ = nullptr;
  const char* end_ = nullptr;
  std::size_t at_ = 0;    // where the line starts that is not parsed yet
  std::size_t seen_ = 0;  // up to here no line feed was found behind at_
  Stage stage_ = Stage::kStart;
  Refusal refusal_;

 private:
  bool has_line() const;
  Parsed partial(Cause too_long);
  Parsed field_line(const char* line, Headers& headers, const char*& next);
  Parsed refuse_name(const char* at, bool empty);
};

class RequestParser : public HeadParser {
 public:
  explicit RequestParser(const Limits& limits)
      : HeadParser(limits, Cause::kBadRequest, Cause::kHeaderTooLarge) {}

  // kDone: `request` is filled but for `host`, which is in the spelling it came in (lower_host).
  // kRefused: what was understood before is in it. Its memory must outlive the request.
  Parsed parse(std::string_view bytes, Request& request);
  // The head was copied to `copy`: lets all views follow.
  void move_to(const char* copy, Request& request);

  const Framing& framing() const { return framing_; }
  bool keep_alive() const { return keep_alive_; }  // the client wants to go on after the answer
  bool expects_continue() const { return expects_continue_; }

 private:
  Parsed start();
  Parsed request_line(Request& request);
  Parsed version(const char* at, Request& request);
  Parsed check(Request& request);
  Parsed check_host(Request& request);
  Parsed check_upgrade(Request& request);

  Framing framing_;
  bool keep_alive_ = false;
  bool expects_continue_ = false;
};

struct ResponseHead {
  std::uint16_t status = 0;
  Version version = Version::kHttp11;
  std::string_view reason;
  Headers headers;
};

class ResponseParser : public HeadParser {
 public:
  // The method decides whether content follows (RFC 9112 section 6.3).
  ResponseParser(const Limits& limits, std::string_view method)
      : HeadParser(limits, Cause::kUpstreamBadResponse, Cause::kUpstreamBadResponse),
        to_head_(method == "HEAD") {}

  Parsed parse(std::string_view bytes, ResponseHead& response);
  void move_to(const char* copy, ResponseHead& response);

  const Framing& framing() const { return framing_; }
  bool keep_alive() const { return keep_alive_; }
  // Content-Length, also where no content follows (an answer to HEAD).
  std::optional<std::uint64_t> announced_length() const { return announced_length_; }

 private:
  Parsed status_line(ResponseHead& response);
  Parsed check(ResponseHead& response);

  Framing framing_;
  std::optional<std::uint64_t> announced_length_;
  bool to_head_;
  bool keep_alive_ = false;
};

// The field lines of a trailer section (RFC 9112 section 7.1.2), their empty line included.
class TrailerParser : public HeadParser {
 public:
  explicit TrailerParser(const Limits& limits)
      : HeadParser(limits, Cause::kBadRequest, Cause::kHeaderTooLarge) {
    stage_ = Stage::kFields;
  }
  // Fields that may not come in trailers (framing, routing, authentication) are left out.
  Parsed parse(std::string_view section, Headers& trailers);
};

// The value of a Content-Length field; nullopt: not one (RFC 9110 section 8.6: digits, no more;
// leading zeros are refused, as some read them as octal).
std::optional<std::uint64_t> parse_content_length(std::string_view text);

}  // namespace vaettir::http
