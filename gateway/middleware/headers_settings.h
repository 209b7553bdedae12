// Settings of the middleware `headers`: Traefik's options (facts/gateway.md 2.5). Values.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.h"
#include "base/schema/value.h"

namespace vaettir::gateway {

using FieldMap = schema::Map<std::string>;

struct HeadersSettings {
  FieldMap custom_request_headers, custom_response_headers;

  bool allow_credentials = false;
  std::vector<std::string> allow_headers, allow_methods, allow_origins, allow_origin_regexes;
  std::vector<std::string> expose_headers;
  std::int64_t max_age = 0;
  bool add_vary = false;

  std::vector<std::string> allowed_hosts, hosts_proxy_headers;
  FieldMap ssl_proxy_headers;
  std::int64_t sts_seconds = 0;
  bool sts_include_subdomains = false, sts_preload = false, force_sts = false;

  bool frame_deny = false, content_type_nosniff = false, browser_xss_filter = false;
  std::string custom_frame_options, custom_browser_xss, content_security_policy,
      content_security_policy_report_only, public_key, referrer_policy, permissions_policy;
  bool is_development = false;

  template <class V>
  void fields(V& v) {
    custom_fields(v);
    cors_fields(v);
    security_fields(v);
    v.unsupported("sslRedirect", "redirect the entry point: http.redirections.entryPoint");
    v.unsupported("sslTemporaryRedirect", "redirect the entry point: http.redirections.entryPoint");
    v.unsupported("sslHost", "redirect the entry point: http.redirections.entryPoint");
    v.unsupported("sslForceHost", "redirect the entry point: http.redirections.entryPoint");
    v.unsupported("featurePolicy", "use permissionsPolicy");
  }
  // Names and values that can stand in a message, regular expressions that can be compiled.
  Result<> validate() const;

  bool has_cors() const {
    return allow_credentials || !allow_headers.empty() || !allow_methods.empty() ||
           !allow_origins.empty() || !allow_origin_regexes.empty() || !expose_headers.empty() ||
           max_age != 0;
  }

 private:
  template <class V>
  void custom_fields(V& v) {
    v("customRequestHeaders", custom_request_headers,
      "Fields of the request to set; an empty value removes the field");
    v("customResponseHeaders", custom_response_headers,
      "Fields of the answer to set; an empty value removes the field");
  }
  template <class V>
  void cors_fields(V& v) {
    v("accessControlAllowCredentials", allow_credentials, "Pages of other origins may use cookies");
    v("accessControlAllowHeaders", allow_headers, "Fields that other origins may send");
    v("accessControlAllowMethods", allow_methods, "Methods that other origins may use");
    v("accessControlAllowOriginList", allow_origins, "Origins that may read answers; '*' is all");
    v("accessControlAllowOriginListRegex", allow_origin_regexes, "Origins, as regular expressions");
    v("accessControlExposeHeaders", expose_headers, "Fields that other origins may read");
    v("accessControlMaxAge", max_age, "Seconds a browser may keep the answer to a preflight");
    v("addVaryHeader", add_vary, "Say in Vary that the answer depends on Origin");
  }
  template <class V>
  void security_fields(V& v) {
    v("allowedHosts", allowed_hosts, "Names that requests may ask for; all by default");
    v("hostsProxyHeaders", hosts_proxy_headers, "Fields that may carry the name instead of Host");
    v("sslProxyHeaders", ssl_proxy_headers, "Fields with values that say the client came by TLS");
    v("stsSeconds", sts_seconds, "max-age of Strict-Transport-Security; 0: none is sent");
    v("stsIncludeSubdomains", sts_include_subdomains, "Strict-Transport-Security: subdomains too");
    v("stsPreload", sts_preload, "Strict-Transport-Security: browsers may ship the name");
    v("forceSTSHeader", force_sts, "Send Strict-Transport-Security over plain HTTP as well");
    v("frameDeny", frame_deny, "X-Frame-Options: DENY");
    v("customFrameOptionsValue", custom_frame_options, "X-Frame-Options with this value");
    v("contentTypeNosniff", content_type_nosniff, "X-Content-Type-Options: nosniff");
    v("browserXssFilter", browser_xss_filter, "X-XSS-Protection: 1; mode=block");
    v("customBrowserXSSValue", custom_browser_xss, "X-XSS-Protection with this value");
    v("contentSecurityPolicy", content_security_policy, "Content-Security-Policy");
    v("contentSecurityPolicyReportOnly", content_security_policy_report_only,
      "Content-Security-Policy-Report-Only");
    v("publicKey", public_key, "Public-Key-Pins (browsers have dropped it)");
    v("referrerPolicy", referrer_policy, "Referrer-Policy");
    v("permissionsPolicy", permissions_policy, "Permissions-Policy");
    v("isDevelopment", is_development, "Leave out allowedHosts, Strict-Transport-Security, pins");
  }
};

}  // namespace vaettir::gateway
