#include "engine/nodes/http/url.h"

#include <fmt/format.h>

#include "base/core/text.h"
#include "base/http/target.h"
#include "engine/expressions/text_value.h"

namespace vaettir::engine {
namespace {

// What stands in a path or query as it is: all printable characters but those that browsers escape.
std::string escaped(std::string_view text) {
  std::string out;
  for (char c : text) {
    const unsigned char byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte >= 0x7f || std::string_view("\"<>\\^`{|}").contains(c)) {
      out += fmt::format("%{:02X}", byte);
    } else {
      out += c;
    }
  }
  return out;
}

void set_path_and_query(Url& url, std::string_view rest) {
  rest = rest.substr(0, rest.find('#'));
  const std::size_t mark = rest.find('?');
  url.has_query = mark != rest.npos;
  url.query = url.has_query ? escaped(rest.substr(mark + 1)) : "";
  url.path = escaped(rest.substr(0, mark));
  if (url.path.empty()) url.path = "/";
}

// RFC 3986 section 5.2.4.
std::string without_dot_segments(std::string_view path) {
  std::string out;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/', 1), path.size());
    const std::string_view segment = path.substr(0, end);
    const bool last = end == path.size();
    if (segment == "/.." || segment == "/.") {
      if (segment == "/..") out.erase(std::min(out.rfind('/'), out.size()));
      if (last) out += '/';
    } else {
      out += segment;
    }
    path.remove_prefix(end);
  }
  return out.empty() ? "/" : out;
}

std::unexpected<Error> wrong(std::string_view text, std::string_view why) {
  return fail(Cause::kBadRequest, fmt::format("'{}' is no address to call: {}", text, why));
}

}  // namespace

Result<Url> Url::parse(std::string_view text) {
  text = trim(text);
  // The address itself is not quoted in the error: it may hold a password.
  Url url;
  const std::size_t colon = text.find("://");
  url.scheme = lower(text.substr(0, colon == text.npos ? 0 : colon));
  if (url.scheme != "http" && url.scheme != "https") {
    return wrong(shown_text(text.substr(0, text.find_first_of("?@#"))),
                 "it must begin with http:// or https://");
  }
  std::string_view rest = text.substr(colon + 3);
  const std::size_t end = std::min(rest.find_first_of("/?#"), rest.size());
  std::string_view authority = rest.substr(0, end);
  if (const std::size_t at = authority.rfind('@'); at != authority.npos) {
    url.user_info = authority.substr(0, at);
    authority.remove_prefix(at + 1);
  }
  const std::optional<http::AuthorityParts> parts = http::split_authority(authority);
  if (!parts) return wrong(url.scheme + "://" + std::string(authority), "its host is not valid");
  url.host = lower(parts->host);
  url.port = parts->port;
  set_path_and_query(url, rest.substr(end));
  return url;
}

Result<Url> Url::resolve(std::string_view reference) const {
  reference = trim(reference);
  if (reference.starts_with("//")) return parse(scheme + ":" + std::string(reference));
  if (reference.find("://") < reference.find_first_of("/?#")) return parse(reference);
  Url url = *this;
  if (reference.starts_with('/')) {
    set_path_and_query(url, reference);
  } else if (reference.starts_with('?')) {
    set_path_and_query(url, path + std::string(reference));
  } else if (!reference.empty() && reference[0] != '#') {
    set_path_and_query(url, path.substr(0, path.rfind('/') + 1) + std::string(reference));
  }
  url.path = without_dot_segments(url.path);
  return url;
}

std::string Url::authority() const { return port ? fmt::format("{}:{}", host, *port) : host; }

std::string Url::target() const { return has_query ? path + "?" + query : path; }

std::string Url::text() const { return scheme + "://" + authority() + target(); }

std::string Url::shown() const {
  return scheme + "://" + authority() + shown_text(path) + (query.empty() ? "" : "?...");
}

void Url::add_query(std::string_view more) {
  if (more.empty()) return;
  if (!query.empty()) query += '&';
  query += more;
  has_query = true;
}

}  // namespace vaettir::engine
