// gateway/middleware/strip_prefix.cpp: takes the first matching prefix from the path and tells the
// service in X-Forwarded-Prefix.
#include "gateway/middleware/filter.h"
#include "gateway/server/exchange.h"

namespace vaettir::gateway {
namespace {

struct Config {
  std::vector<std::string> prefixes;
  bool force_slash = true;
  template <class V>
  void fields(V& v) {
    v("prefixes", prefixes, "Prefixes of the path; the first that matches is taken away",
      schema::required, schema::non_empty);
    v("forceSlash", force_slash, "Put a '/' before what is left where it has none");
  }
};

class StripPrefix final : public Filter {
 public:
  explicit StripPrefix(const Config& config) : config_(config) {}

  Task<Step> on_request(Exchange& ex) override {
    const std::string_view path = ex.request().path;
    for (const std::string& prefix : config_.prefixes) {
      if (prefix.empty() || !path.starts_with(prefix)) continue;
      strip(ex, prefix, path.substr(prefix.size()));
      break;
    }
    return Step::kContinue;
  }

 private:
  void strip(Exchange& ex, const std::string& prefix, std::string_view rest) {
    // A path is never empty (RFC 9112 section 3.2.1), whatever the setting says.
    if (rest.empty()) {
      rest = "/";
    } else if (config_.force_slash && !rest.starts_with('/')) {
      rest = ex.arena().join("/", rest);
    }
    ex.request().path = rest;
    // Several strips in a row add up: what the client sees is the sum.
    http::Headers& headers = ex.request().headers;
    const auto before = headers.find(http::Name::kXForwardedPrefix);
    headers.set(http::Name::kXForwardedPrefix,
                before ? ex.arena().join(*before, prefix) : std::string_view(prefix));
  }
  const Config& config_;
};

}  // namespace

extern const MiddlewareType strip_prefix;
constinit const MiddlewareType strip_prefix =
    filter<StripPrefix, Config>("stripPrefix", "Take a prefix from the path");

}  // namespace vaettir::gateway
