#include "gateway/server/record.h"

#include "base/core/json.h"
#include "base/core/text.h"
#include "gateway/server/entry_point.h"
#include "gateway/server/gateway.h"

namespace vaettir::gateway {
namespace {

// Names of query parameters whose values open doors, in lower case.
constexpr std::string_view kSecretNames[] = {
    "access_token", "accesskey",     "api-key",       "api_key",       "apikey",   "auth",
    "auth_token",   "authorization", "client_secret", "code",          "id_token", "jwt",
    "pass",         "passwd",        "password",      "private_token", "pwd",      "refresh_token",
    "secret",       "sig",           "signature",     "token",
};

bool is_secret_name(std::string_view name) {
  return std::ranges::any_of(
      kSecretNames, [&](std::string_view each) { return equal_ignoring_case(each, name); });
}

void text(std::string& line, std::string_view name, std::string_view value) {
  line += ",\"";
  line += name;
  line += "\":";
  json::append_quoted(line, value);
}

// Values that need no escaping: our own words.
void word(std::string& line, std::string_view name, std::string_view value) {
  line += ",\"";
  line += name;
  line += "\":\"";
  line += value;
  line += '"';
}

template <std::integral Number>
void number(std::string& line, std::string_view name, Number value) {
  char digits[24];
  const auto end = std::to_chars(std::begin(digits), std::end(digits), value);
  line += ",\"";
  line += name;
  line += "\":";
  line.append(digits, static_cast<std::size_t>(end.ptr - digits));
}

std::string_view protocol(http::Version version) {
  switch (version) {
    case http::Version::kHttp10:
      return "HTTP/1.0";
    case http::Version::kHttp11:
      return "HTTP/1.1";
    case http::Version::kHttp2:
      return "HTTP/2.0";
  }
  return "";
}

bool wanted(const Exchange& ex) {
  const auto& log = ex.plan().table().data().log;
  return ex.gateway().shared().access_log != nullptr && log.access_log &&
         (ex.route == nullptr || ex.route->access_log);
}

}  // namespace

std::string_view without_secrets(std::string_view target, std::string& buffer) {
  const std::size_t question = target.find('?');
  if (question == target.npos) return target;
  bool found = false;
  buffer.assign(target.substr(0, question));
  char separator = '?';
  for (std::size_t at = question + 1; at <= target.size();) {
    const std::size_t end = std::min(target.find('&', at), target.size());
    const std::string_view pair = target.substr(at, end - at);
    const std::size_t equals = std::min(pair.find('='), pair.size());
    buffer += separator;
    separator = '&';
    if (equals < pair.size() && is_secret_name(pair.substr(0, equals))) {
      buffer.append(pair.substr(0, equals + 1)).append("***");
      found = true;
    } else {
      buffer += pair;
    }
    at = end + 1;
  }
  return found ? std::string_view(buffer) : target;
}

Record::~Record() {
  http::Exchange& inner = ex_.inner();
  std::optional<Cause> cause = inner.cause();
  // The task was cancelled before its answer was complete: whoever waited is gone.
  if (!cause && (!inner.answered() || !inner.head_sent)) cause = Cause::kClientAbort;
  std::uint16_t status = inner.reply.status;
  if (!inner.head_sent) status = cause ? facts(*cause).status : status;
  count(inner.loop().now() - began_, status, cause);
  if (wanted(ex_)) write_line(Clock::now() - began_, status, cause);
}

void Record::count(Duration took, std::uint16_t status, std::optional<Cause> cause) const {
  const EntryPoint& entry = ex_.entry();
  entry.durations().observe(std::chrono::duration<double>(took).count());
  if (ex_.inner().bytes_received != 0) entry.bytes_in().add(ex_.inner().bytes_received);
  if (ex_.inner().bytes_sent != 0) entry.bytes_out().add(ex_.inner().bytes_sent);
  if (cause) ex_.gateway().shared().counters.refused(*cause);
  if (ex_.route != nullptr) ex_.plan().series(*ex_.route).count(status);
}

void Record::write_line(Duration took, std::uint16_t status, std::optional<Cause> cause) {
  std::string& line = ex_.gateway().line_buffer();
  line.assign(R"({"level":"info","msg":"")");
  write_times(line, took);
  write_client(line);
  write_request(line);
  if (ex_.route != nullptr) {
    text(line, "RouterName", ex_.route->name);
    if (ex_.route->service) {
      text(line, "ServiceName", ex_.plan().table()[*ex_.route->service].name);
    }
  }
  write_upstream(line);
  number(line, "DownstreamStatus", status);
  number(line, "DownstreamContentSize", ex_.inner().bytes_sent);
  word(line, "request_id", ex_.request_id());
  if (cause) {
    word(line, "cause", facts(*cause).name);
    if (!ex_.inner().detail().empty()) text(line, "error", ex_.inner().detail());
    word(line, "remedy", facts(*cause).remedy);
  }
  line += '}';
  ex_.gateway().shared().access_log->line(line);
}

void Record::write_times(std::string& line, Duration took) const {
  const WallTime now = ex_.gateway().shared().clock.now();
  const auto began = now - std::chrono::duration_cast<WallClock::duration>(took);
  LogTime& text = ex_.gateway().log_time();
  word(line, "time", text.text(now));
  word(line, "StartUTC", text.text(began));
  number(line, "Duration", took.count());
  Duration upstream{};
  if (ex_.upstream.head_at != Deadline{}) upstream = ex_.upstream.head_at - ex_.upstream.began;
  number(line, "Overhead", std::max<Duration::rep>((took - upstream).count(), 0));
}

void Record::write_client(std::string& line) const {
  const http::Client& client = ex_.inner().client;
  const std::string host = client.peer.host_text();
  text(line, "ClientAddr", client.peer.to_text());
  text(line, "ClientHost", host);
  if (client.peer.is_ip()) number(line, "ClientPort", client.peer.port());
  word(line, "ClientUsername", "-");
  text(line, "entryPointName", client.entry_point);
}

void Record::write_request(std::string& line) const {
  const http::Request& request = ex_.request();
  text(line, "RequestMethod", request.method);
  std::string buffer;
  text(line, "RequestPath", without_secrets(ex_.received_target(), buffer));
  text(line, "RequestAddr", request.authority);
  text(line, "RequestHost", request.host);
  word(line, "RequestScheme", ex_.inner().client.tls ? "https" : "http");
  word(line, "RequestProtocol", protocol(request.version));
  number(line, "RequestContentSize", ex_.inner().bytes_received);
}

void Record::write_upstream(std::string& line) const {
  const UpstreamFacts& upstream = ex_.upstream;
  if (upstream.address.empty()) return;
  text(line, "ServiceURL", upstream.url);
  text(line, "ServiceAddr", upstream.address);
  number(line, "RetryAttempts", upstream.retries);
  if (upstream.status == 0) return;
  number(line, "OriginStatus", upstream.status);
  number(line, "OriginDuration", (upstream.head_at - upstream.began).count());
  number(line, "OriginContentSize", ex_.inner().bytes_sent);
}

}  // namespace vaettir::gateway
