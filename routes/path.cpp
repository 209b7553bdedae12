// Canonical host and routing path: what rules compare with.
#include <optional>

#include "base/core/text.h"
#include "routes/rule.h"

namespace vaettir::routes {
namespace {

constexpr std::string_view kReserved = ":/?#[]@!$&'()*+,;=%";
constexpr std::string_view kHexDigits = "0123456789ABCDEF";

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The byte a whole escape at path[at] == '%' stands for.
std::optional<char> escaped(std::string_view path, std::size_t at) {
  if (at + 2 >= path.size()) return std::nullopt;
  int high = hex(path[at + 1]), low = hex(path[at + 2]);
  if (high < 0 || low < 0) return std::nullopt;
  return static_cast<char>(high * 16 + low);
}

void decode(std::string_view path, std::string& out) {
  for (std::size_t i = 0; i < path.size(); i++) {
    std::optional<char> byte;
    if (path[i] == '%') byte = escaped(path, i);
    if (!byte) {
      out += path[i];
      continue;
    }
    if (kReserved.contains(*byte)) {
      out += '%';
      out += kHexDigits[static_cast<unsigned char>(*byte) >> 4];
      out += kHexDigits[static_cast<unsigned char>(*byte) & 0xF];
    } else {
      out += *byte;
    }
    i += 2;
  }
}

bool is_clean(std::string_view path) {
  for (std::size_t slash = path.find('/'); slash != std::string_view::npos;
       slash = path.find('/', slash + 1)) {
    std::string_view rest = path.substr(slash + 1);
    std::string_view segment = rest.substr(0, rest.find('/'));
    bool last = segment.size() == rest.size();
    if ((segment.empty() && !last) || segment == "." || segment == "..") return false;
  }
  return true;
}

// Go's path.Clean with a trailing slash kept (RFC 3986 section 5.2.4 with repeated slashes joined),
// in place: the result is never longer.
void clean(std::string& path) {
  std::string_view all = path;
  std::size_t written = 0;  // path[0, written) is done; it never ends in '/'
  bool directory = false;
  for (std::size_t i = 1; i <= all.size();) {
    std::size_t end = std::min(all.find('/', i), all.size());
    std::string_view segment = all.substr(i, end - i);
    bool last = end == all.size();
    if (segment == "..") {
      while (written > 0 && path[written - 1] != '/') written--;
      if (written > 0) written--;
      directory = true;
    } else if (segment.empty() || segment == ".") {
      directory = true;
    } else {
      path[written++] = '/';
      std::memmove(path.data() + written, segment.data(), segment.size());
      written += segment.size();
      directory = false;
    }
    if (last) break;
    i = end + 1;
  }
  if (directory || written == 0) path[written++] = '/';
  path.resize(written);
}

}  // namespace

std::string_view canonical_host(std::string_view authority, std::string& buffer) {
  std::string_view host = authority;
  if (host.starts_with('[')) {
    std::size_t close = host.find(']');
    host = host.substr(1, close == std::string_view::npos ? close : close - 1);
  } else if (std::size_t colon = host.find(':'); colon == host.rfind(':')) {
    host = host.substr(0, colon);
  }
  if (host.ends_with('.')) host.remove_suffix(1);
  auto upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (std::none_of(host.begin(), host.end(), upper)) return host;
  buffer.assign(host);
  for (char& c : buffer) c = lower(c);
  return buffer;
}

std::string_view routing_path(std::string_view path, bool sanitize, std::string& buffer) {
  bool encoded = path.contains('%');
  bool absolute = path.starts_with('/');  // "*" of OPTIONS is no path
  if (!encoded && (!sanitize || !absolute || is_clean(path))) return path;
  buffer.clear();
  decode(path, buffer);
  if (sanitize && absolute && !is_clean(buffer)) clean(buffer);
  return buffer;
}

}  // namespace vaettir::routes
