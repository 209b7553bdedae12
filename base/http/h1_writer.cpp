#include "base/http/h1_writer.h"

#include "base/http/characters.h"
#include "base/http/reason_phrase.h"

namespace vaettir::http {
namespace {

constexpr std::size_t kPerField = 4;  // ": " and CRLF
// Status or request line without its parts, Content-Length or Transfer-Encoding, the names of
// Connection, Date, Server and Upgrade, the empty line: 170 bytes at most.
constexpr std::size_t kFixedBytes = 256;

// What the connection decides about and therefore writes itself.
bool is_ours(Name id) {
  switch (id) {
    case Name::kConnection:
    case Name::kKeepAlive:
    case Name::kProxyConnection:
    case Name::kContentLength:
    case Name::kTransferEncoding:
      return true;
    default:
      return false;
  }
}

char* put_field(char* at, std::string_view name, std::string_view value) {
  at = put(at, name);
  at = put(at, ": ");
  at = put(at, value);
  return put(at, "\r\n");
}

char* put_framing(char* at, const Framing& framing) {
  if (framing.kind == Framing::Kind::kChunked) return put(at, "Transfer-Encoding: chunked\r\n");
  if (framing.kind != Framing::Kind::kLength) return at;
  at = put(at, "Content-Length: ");
  at = std::to_chars(at, at + 20, framing.length).ptr;
  return put(at, "\r\n");
}

bool is_sound(const Field& field) {
  return is_field_name(field.name) && is_field_value(field.value);
}

}  // namespace

char* put(char* at, std::string_view text) {
  if (text.empty()) return at;
  std::memcpy(at, text.data(), text.size());
  return at + text.size();
}

std::size_t size_of(const Headers& fields) {
  std::size_t size = 2;
  for (const Field& field : fields.fields()) {
    size += field.name.size() + field.value.size() + kPerField;
  }
  return size;
}

char* write(char* at, const Headers& fields) {
  for (const Field& field : fields.fields()) at = put_field(at, field.name, field.value);
  return put(at, "\r\n");
}

std::size_t size_of(const ResponseLines& lines) {
  return kFixedBytes + size_of(*lines.headers) + lines.connection.size() + lines.date.size() +
         lines.server.size();
}

char* write(char* at, const ResponseLines& lines) {
  assert(lines.status >= 100 && lines.status <= 999);
  at = put(at, "HTTP/1.1 ");
  at = std::to_chars(at, at + 3, lines.status).ptr;
  *at++ = ' ';
  at = put(at, reason_phrase(lines.status));
  at = put(at, "\r\n");
  bool has_date = lines.date.empty();
  bool has_server = lines.server.empty();
  const bool may_upgrade = lines.status == 101 || lines.status == 426;
  for (const Field& field : lines.headers->fields()) {
    if (is_ours(field.id) || (field.id == Name::kUpgrade && !may_upgrade)) continue;
    if (lines.check_fields && !is_sound(field)) continue;
    has_date |= field.id == Name::kDate;
    has_server |= field.id == Name::kServer;
    at = put_field(at, field.name, field.value);
  }
  if (!has_server) at = put_field(at, "Server", lines.server);
  if (!has_date) at = put_field(at, "Date", lines.date);
  at = put_framing(at, lines.framing);
  if (!lines.connection.empty()) at = put_field(at, "Connection", lines.connection);
  return put(at, "\r\n");
}

std::size_t size_of(const RequestLines& lines) {
  return kFixedBytes + lines.method.size() + lines.target.size() + size_of(*lines.headers) +
         lines.upgrade.size();
}

char* write(char* at, const RequestLines& lines) {
  at = put(at, lines.method);
  *at++ = ' ';
  at = put(at, lines.target);
  at = put(at, " HTTP/1.1\r\n");
  for (const Field& field : lines.headers->fields()) {
    if (is_ours(field.id) || field.id == Name::kUpgrade || field.id == Name::kExpect) continue;
    at = put_field(at, field.name, field.value);
  }
  at = put_framing(at, lines.framing);
  if (!lines.upgrade.empty()) {
    at = put_field(at, "Connection", "upgrade");
    at = put_field(at, "Upgrade", lines.upgrade);
  }
  return put(at, "\r\n");
}

bool is_writable(const RequestLines& lines) {
  const char* target_end = lines.target.data() + lines.target.size();
  if (!is_token(lines.method) || lines.target.empty() ||
      first_not_target(lines.target.data(), target_end) != target_end) {
    return false;
  }
  for (const Field& field : lines.headers->fields()) {
    if (!is_sound(field)) return false;
  }
  return lines.headers->has(Name::kHost) && is_field_value(lines.upgrade);
}

}  // namespace vaettir::http
