// A catalog for tests of routes/: the gateway's middleware types by name, as routes/ may not
// include them, with settings enough for every kind of error.
#pragma once
#include "base/core/time.h"
#include "base/schema/catalog.h"
#include "routes/ip.h"

namespace vaettir::routes {

struct StripPrefixConfig {
  std::vector<std::string> prefixes;
  template <class V>
  void fields(V& v) {
    v("prefixes", prefixes, "Prefixes to take off", schema::required, schema::non_empty);
  }
};

struct HeadersConfig {
  schema::Map<std::string> request, response;
  bool frame_deny = false;
  schema::NotYet later;
  template <class V>
  void fields(V& v) {
    v("customRequestHeaders", request, "Fields of the request; an empty value deletes");
    v("customResponseHeaders", response, "Fields of the answer");
    v("frameDeny", frame_deny, "X-Frame-Options: DENY");
    v.not_yet(later, "it has no effect", {"sslRedirect"});
  }
};

struct IpAllowListConfig {
  std::vector<IpRange> source_range;
  std::uint16_t reject_status_code = 403;
  template <class V>
  void fields(V& v) {
    v("sourceRange", source_range, "Addresses that may enter", schema::required, schema::non_empty);
    v("rejectStatusCode", reject_status_code, "Status for others", schema::Range{400, 599});
  }
};

struct RateLimitConfig {
  std::uint32_t average = 0, burst = 1;
  Duration period = std::chrono::seconds(1);
  template <class V>
  void fields(V& v) {
    v("average", average, "Requests allowed in one period", schema::required);
    v("period", period, "Length of the period");
    v("burst", burst, "Requests allowed above the rate, at once");
  }
};

struct BasicAuthConfig {
  std::vector<schema::Secret> users;
  std::string realm = "traefik";
  template <class V>
  void fields(V& v) {
    v("users", users, "name:hash", schema::required, schema::non_empty);
    v("realm", realm, "Name of the protected area", schema::non_empty);
  }
};

struct RedirectRegexConfig {
  std::string regex, replacement;
  bool permanent = false;
  template <class V>
  void fields(V& v) {
    v("regex", regex, "Which URLs", schema::required);
    v("replacement", replacement, "Where to", schema::required);
    v("permanent", permanent, "301 instead of 302");
  }
};

inline constexpr schema::CatalogEntry kTestTypes[] = {
    schema::catalog_entry<StripPrefixConfig>("stripPrefix", "Take a prefix off the path"),
    schema::catalog_entry<HeadersConfig>("headers", "Set and delete header fields"),
    schema::catalog_entry<IpAllowListConfig>("ipAllowList", "Let only some addresses in"),
    schema::catalog_entry<RateLimitConfig>("rateLimit", "Answer 429 above a rate"),
    schema::catalog_entry<BasicAuthConfig>("basicAuth", "Ask for a password"),
    schema::catalog_entry<RedirectRegexConfig>("redirectRegex", "Redirect by a pattern"),
};

inline schema::Catalog test_catalog() {
  std::vector<const schema::CatalogEntry*> entries;
  for (const schema::CatalogEntry& each : kTestTypes) entries.push_back(&each);
  return schema::Catalog(std::move(entries));
}

}  // namespace vaettir::routes
