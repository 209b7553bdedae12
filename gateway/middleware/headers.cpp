// gateway/middleware/headers.cpp: sets and removes fields of requests and answers, answers CORS
// preflights, adds the security fields.
#include <re2/re2.h>

#include "base/core/text.h"
#include "base/http/target.h"
#include "gateway/middleware/filter.h"
#include "gateway/middleware/headers_settings.h"
#include "gateway/server/exchange.h"

namespace vaettir::gateway {
namespace {

using http::Headers;
using http::Name;

std::string joined(const std::vector<std::string>& values) {
  return fmt::format("{}", fmt::join(values, ","));
}

class HeadersFilter final : public Filter {
 public:
  explicit HeadersFilter(const HeadersSettings& settings);
  Task<Step> on_request(Exchange& ex) override;
  Task<void> on_response(Exchange& ex) override;

 private:
  struct Fixed {
    std::string name, value;
  };
  void prepare_security();
  bool host_allowed(const Exchange& ex) const;
  // "*", the origin itself, or empty where it may not read the answer.
  std::string_view allowed_origin(std::string_view origin) const;
  void answer_preflight(Exchange& ex) const;
  void add_cors(Exchange& ex) const;
  bool came_by_tls(const Exchange& ex) const;

  const HeadersSettings& settings_;
  std::vector<Fixed> security_;
  std::string transport_security_;
  std::string allow_headers_, allow_methods_, expose_headers_, max_age_;
  std::vector<std::unique_ptr<re2::RE2>> origin_patterns_;
};

HeadersFilter::HeadersFilter(const HeadersSettings& settings)
    : settings_(settings),
      allow_headers_(joined(settings.allow_headers)),
      allow_methods_(joined(settings.allow_methods)),
      expose_headers_(joined(settings.expose_headers)),
      max_age_(std::to_string(settings.max_age)) {
  for (const std::string& pattern : settings.allow_origin_regexes) {
    origin_patterns_.push_back(std::make_unique<re2::RE2>(pattern, re2::RE2::Quiet));
  }
  prepare_security();
}

void HeadersFilter::prepare_security() {
  const HeadersSettings& s = settings_;
  const auto add = [this](std::string_view name, std::string_view value) {
    if (!value.empty()) security_.push_back({std::string(name), std::string(value)});
  };
  add("X-Frame-Options",
      s.custom_frame_options.empty() && s.frame_deny ? "DENY" : s.custom_frame_options);
  add("X-Content-Type-Options", s.content_type_nosniff ? "nosniff" : "");
  add("X-XSS-Protection", s.custom_browser_xss.empty() && s.browser_xss_filter
                              ? "1; mode=block"
                              : s.custom_browser_xss);
  add("Content-Security-Policy", s.content_security_policy);
  add("Content-Security-Policy-Report-Only", s.content_security_policy_report_only);
  add("Public-Key-Pins", s.is_development ? "" : s.public_key);
  add("Referrer-Policy", s.referrer_policy);
  add("Permissions-Policy", s.permissions_policy);
  if (s.sts_seconds > 0 && !s.is_development) {
    transport_security_ = fmt::format("max-age={}{}{}", s.sts_seconds,
                                      s.sts_include_subdomains ? "; includeSubDomains" : "",
                                      s.sts_preload ? "; preload" : "");
  }
}

Task<Step> HeadersFilter::on_request(Exchange& ex) {
  if (!host_allowed(ex)) {
    ex.refuse(Cause::kMisdirected, "the name is not among allowedHosts");
    return Step::kAnswered;
  }
  Headers& headers = ex.request().headers;
  if (settings_.has_cors() && headers.has(Name::kOrigin) && ex.request().method == "OPTIONS" &&
      headers.find("Access-Control-Request-Method")) {
    answer_preflight(ex);
    return Step::kAnswered;
  }
  for (const auto& field : settings_.custom_request_headers) {
    const Name id = http::name_of(field.name);
    if (field.value.empty()) {
      // A message without Host is not HTTP/1.1: its removal means the service's own name.
      if (id != Name::kHost) headers.remove(field.name);
    } else if (id == Name::kHost) {
      ex.override_host(field.value);
    } else {
      headers.set(field.name, field.value);
    }
  }
  return Step::kContinue;
}

Task<void> HeadersFilter::on_response(Exchange& ex) {
  Headers& headers = ex.reply().headers;
  for (const Fixed& field : security_) headers.set(field.name, field.value);
  if (!transport_security_.empty() && (settings_.force_sts || came_by_tls(ex))) {
    headers.set("Strict-Transport-Security", transport_security_);
  }
  for (const auto& field : settings_.custom_response_headers) {
    if (field.value.empty()) {
      headers.remove(field.name);
    } else {
      headers.set(field.name, field.value);
    }
  }
  if (settings_.has_cors()) add_cors(ex);
  return {};
}

bool HeadersFilter::host_allowed(const Exchange& ex) const {
  if (settings_.allowed_hosts.empty() || settings_.is_development) return true;
  std::string_view host = ex.request().host;
  for (const std::string& field : settings_.hosts_proxy_headers) {
    if (const auto value = ex.request().headers.find(field)) host = *value;
  }
  return std::ranges::any_of(settings_.allowed_hosts, [&](const std::string& allowed) {
    return equal_ignoring_case(allowed, host);
  });
}

std::string_view HeadersFilter::allowed_origin(std::string_view origin) const {
  for (const std::string& each : settings_.allow_origins) {
    if (each == "*") return "*";
    if (equal_ignoring_case(each, origin)) return origin;
  }
  for (const auto& pattern : origin_patterns_) {
    if (re2::RE2::PartialMatch(re2::StringPiece(origin.data(), origin.size()), *pattern)) {
      return origin;
    }
  }
  return {};
}

// What every answer to another origin says is added by on_response.
void HeadersFilter::answer_preflight(Exchange& ex) const {
  ex.reply() = http::Reply{};
  ex.reply().status = 200;
  Headers& headers = ex.reply().headers;
  if (!allow_headers_.empty()) headers.add("Access-Control-Allow-Headers", allow_headers_);
  if (!allow_methods_.empty()) headers.add("Access-Control-Allow-Methods", allow_methods_);
  if (settings_.max_age != 0) headers.add("Access-Control-Max-Age", max_age_);
}

void HeadersFilter::add_cors(Exchange& ex) const {
  Headers& headers = ex.reply().headers;
  const std::string_view origin = ex.request().headers.find(Name::kOrigin).value_or("");
  const std::string_view allowed = origin.empty() ? "" : allowed_origin(origin);
  if (!allowed.empty()) headers.set("Access-Control-Allow-Origin", allowed);
  if (settings_.allow_credentials) headers.set("Access-Control-Allow-Credentials", "true");
  if (!expose_headers_.empty()) headers.set("Access-Control-Expose-Headers", expose_headers_);
  if (!settings_.add_vary || headers.lists(Name::kVary, "Origin")) return;
  const auto before = headers.find(Name::kVary);
  headers.set(Name::kVary,
              before && !before->empty() ? ex.arena().join(*before, ", Origin") : "Origin");
}

bool HeadersFilter::came_by_tls(const Exchange& ex) const {
  if (ex.came_by_tls()) return true;
  for (const auto& field : settings_.ssl_proxy_headers) {
    if (ex.request().headers.find(field.name) == std::string_view(field.value)) return true;
  }
  return false;
}

}  // namespace

extern const MiddlewareType headers;
constinit const MiddlewareType headers = filter<HeadersFilter, HeadersSettings>(
    "headers", "Set and remove fields of requests and answers");

}  // namespace vaettir::gateway
