#include "gateway/middleware/headers_settings.h"

#include <re2/re2.h>

#include "base/http/headers.h"

namespace vaettir::gateway {
namespace {

Result<> check(std::string_view option, const FieldMap& fields) {
  for (const auto& each : fields) {
    if (!http::is_field_name(each.name)) {
      return fail(Cause::kBadRequest,
                  fmt::format("has a name in '{}' that is no header: '{}'", option, each.name));
    }
    if (!http::is_field_value(each.value)) {
      return fail(
          Cause::kBadRequest,
          fmt::format("has a value in '{}' that cannot be sent: that of '{}'", option, each.name));
    }
  }
  return {};
}

}  // namespace

Result<> HeadersSettings::validate() const {
  TRY_OK(check("customRequestHeaders", custom_request_headers));
  TRY_OK(check("customResponseHeaders", custom_response_headers));
  for (const std::string* each :
       {&custom_frame_options, &custom_browser_xss, &content_security_policy,
        &content_security_policy_report_only, &public_key, &referrer_policy, &permissions_policy}) {
    if (!http::is_field_value(*each)) {
      return fail(Cause::kBadRequest, "has a value with line breaks or control characters");
    }
  }
  for (const std::string& pattern : allow_origin_regexes) {
    const re2::RE2 compiled(pattern, re2::RE2::Quiet);
    if (compiled.ok()) continue;
    return fail(Cause::kBadRequest,
                fmt::format("has a regular expression in 'accessControlAllowOriginListRegex' that "
                            "cannot be used: {}",
                            compiled.error()));
  }
  return {};
}

}  // namespace vaettir::gateway
