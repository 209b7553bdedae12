// The fields that the program looks at: their spelling, and a hash without collisions that finds
// them. The multipliers of the hash are searched for by the compiler, so that a new name needs one
// line here and nothing else.
#include "base/http/headers.h"

namespace vaettir::http {
namespace {

struct Known {
  Name id;
  std::string_view spelling;
};

constexpr std::array kKnown = {
    Known{Name::kHost, "Host"},
    Known{Name::kConnection, "Connection"},
    Known{Name::kContentLength, "Content-Length"},
    Known{Name::kContentType, "Content-Type"},
    Known{Name::kTransferEncoding, "Transfer-Encoding"},
    Known{Name::kTe, "TE"},
    Known{Name::kTrailer, "Trailer"},
    Known{Name::kUpgrade, "Upgrade"},
    Known{Name::kExpect, "Expect"},
    Known{Name::kDate, "Date"},
    Known{Name::kServer, "Server"},
    Known{Name::kKeepAlive, "Keep-Alive"},
    Known{Name::kProxyConnection, "Proxy-Connection"},
    Known{Name::kProxyAuthenticate, "Proxy-Authenticate"},
    Known{Name::kProxyAuthorization, "Proxy-Authorization"},
    Known{Name::kAuthorization, "Authorization"},
    Known{Name::kCookie, "Cookie"},
    Known{Name::kSetCookie, "Set-Cookie"},
    Known{Name::kLocation, "Location"},
    Known{Name::kOrigin, "Origin"},
    Known{Name::kAccept, "Accept"},
    Known{Name::kAcceptEncoding, "Accept-Encoding"},
    Known{Name::kContentEncoding, "Content-Encoding"},
    Known{Name::kUserAgent, "User-Agent"},
    Known{Name::kReferer, "Referer"},
    Known{Name::kForwarded, "Forwarded"},
    Known{Name::kXForwardedFor, "X-Forwarded-For"},
    Known{Name::kXForwardedHost, "X-Forwarded-Host"},
    Known{Name::kXForwardedPort, "X-Forwarded-Port"},
    Known{Name::kXForwardedProto, "X-Forwarded-Proto"},
    Known{Name::kXForwardedServer, "X-Forwarded-Server"},
    Known{Name::kXForwardedPrefix, "X-Forwarded-Prefix"},
    Known{Name::kXRealIp, "X-Real-Ip"},
    Known{Name::kCdnLoop, "CDN-Loop"},
    Known{Name::kVia, "Via"},
    Known{Name::kProxyStatus, "Proxy-Status"},
    Known{Name::kRetryAfter, "Retry-After"},
    Known{Name::kCacheControl, "Cache-Control"},
    Known{Name::kVary, "Vary"},
    Known{Name::kAllow, "Allow"},
    Known{Name::kTraceparent, "Traceparent"},
    Known{Name::kXRequestId, "X-Request-Id"},
    Known{Name::kSecWebsocketKey, "Sec-WebSocket-Key"},
    Known{Name::kSecWebsocketVersion, "Sec-WebSocket-Version"},
    Known{Name::kSecWebsocketAccept, "Sec-WebSocket-Accept"},
    Known{Name::kSecWebsocketProtocol, "Sec-WebSocket-Protocol"},
    Known{Name::kSecWebsocketExtensions, "Sec-WebSocket-Extensions"},
    Known{Name::kHttp2Settings, "HTTP2-Settings"},
};

constexpr std::size_t kSlots = 256;
constexpr std::size_t kLongest = 24;  // "Sec-WebSocket-Extensions"

constexpr std::uint8_t low(char c) { return static_cast<std::uint8_t>(c) | 0x20; }

// Length and three characters tell all known names apart.
constexpr std::size_t slot(std::string_view name, std::uint32_t multiplier) {
  const std::size_t n = name.size();
  const std::uint32_t key = static_cast<std::uint32_t>(n) | low(name[0]) << 8u |
                            low(name[n - 2]) << 16u |
                            static_cast<std::uint32_t>(low(name[n - 1])) << 24u;
  return (key * multiplier) >> 24u;
}

struct Table {
  std::uint32_t multiplier = 0;
  std::array<std::uint8_t, kSlots> index{};  // into kKnown, plus one; 0: nothing
};

consteval Table build() {
  for (std::uint32_t multiplier = 0x9E3779B1u;; multiplier = multiplier * 1664525u + 1013904223u) {
    Table table{multiplier | 1u, {}};
    bool free = true;
    for (std::size_t i = 0; i < kKnown.size() && free; i++) {
      std::uint8_t& place = table.index[slot(kKnown[i].spelling, table.multiplier)];
      free = place == 0;
      place = static_cast<std::uint8_t>(i + 1);
    }
    if (free) return table;
  }
}
constexpr Table kTable = build();

constexpr std::size_t kNames = static_cast<std::size_t>(Name::kHttp2Settings) + 1;
consteval std::array<std::string_view, kNames> build_spellings() {
  std::array<std::string_view, kNames> all{};
  for (const Known& known : kKnown) all[static_cast<std::size_t>(known.id)] = known.spelling;
  return all;
}
constexpr auto kSpellings = build_spellings();

template <class Word>
bool same_word(const char* a, const char* b) {
  constexpr Word kFold = static_cast<Word>(0x2020202020202020u);
  Word first;
  Word second;
  std::memcpy(&first, a, sizeof first);
  std::memcpy(&second, b, sizeof second);
  return (first | kFold) == (second | kFold);
}

// In words of a fixed size, the last one overlapping the one before. Known names consist of
// letters, digits and '-'; setting bit 5 folds case and keeps those apart from every other
// character of a token.
bool same_known(std::string_view known, const char* name) {
  const char* spelling = known.data();
  const std::size_t n = known.size();
  if (n >= 8) {
    for (std::size_t at = 0; at + 8 < n; at += 8) {
      if (!same_word<std::uint64_t>(spelling + at, name + at)) return false;
    }
    return same_word<std::uint64_t>(spelling + n - 8, name + n - 8);
  }
  if (n >= 4) {
    return same_word<std::uint32_t>(spelling, name) &&
           same_word<std::uint32_t>(spelling + n - 4, name + n - 4);
  }
  return same_word<std::uint16_t>(spelling, name) &&
         same_word<std::uint16_t>(spelling + n - 2, name + n - 2);
}

}  // namespace

Name name_of(std::string_view field_name) {
  if (field_name.size() < 2 || field_name.size() > kLongest) return Name::kOther;
  const std::uint8_t found = kTable.index[slot(field_name, kTable.multiplier)];
  if (found == 0) return Name::kOther;
  const Known& known = kKnown[found - 1u];
  if (known.spelling.size() != field_name.size()) return Name::kOther;
  return same_known(known.spelling, field_name.data()) ? known.id : Name::kOther;
}

std::string_view spelling(Name name) { return kSpellings[static_cast<std::size_t>(name)]; }

}  // namespace vaettir::http
