#include "engine/nodes/http/call_maker.h"

#include "base/core/text.h"
#include "engine/expressions/text_value.h"
#include "engine/nodes/http/form.h"
#include "engine/nodes/value_path.h"

namespace vaettir::engine {
namespace {

// Node versions at which saved files mean something else.
constexpr double kFollowsRedirects = 4;  // before: not unless asked to
constexpr double kDottedBodyNames = 4;
constexpr double kRepeatedNames = 4.3;     // before: the last of one name wins
constexpr double kKeepsCredentials = 4.4;  // from here on not to another origin unless asked to

constexpr std::string_view kUserAgent = "vaettir";

std::string_view accepted(std::string_view format) {
  if (format == "json") return "application/json,text/*;q=0.99";
  if (format == "text") {
    return "application/json,text/html,application/xhtml+xml,application/xml,text/*;q=0.9, "
           "*/*;q=0.1";
  }
  return "application/json,text/html,application/xhtml+xml,application/xml,text/*;q=0.9, "
         "image/*;q=0.8, */*;q=0.7";
}

ArrayFormat array_format(std::string_view name) {
  if (name == "brackets") return ArrayFormat::kBrackets;
  return name == "repeat" ? ArrayFormat::kRepeat : ArrayFormat::kIndices;
}

json::Value with_repeated(const json::Value& object, std::string_view name, json::Value value) {
  const json::Value& before = object[name];
  if (before.is_undefined()) return object.with(name, std::move(value));
  const json::Value list = before.is_array() ? before : json::Value::array({before});
  return object.with(name, list.with_element(std::move(value)));
}

}  // namespace

Result<HttpCall> CallMaker::make() {
  TRY_OK(read_options());
  TRY(call_.method, ctx_.parameter("method", item_).text());
  call_.method = call_.method.empty() ? "GET" : call_.method;
  TRY(const std::string authentication, ctx_.parameter("authentication", item_).text());
  if (authentication != "none") {
    return wrong(
        "credentials are not available yet: send what is needed with 'Send Headers', for "
        "example Authorization from {{ $env.NAME }}");
  }
  TRY_OK(add_url());
  TRY_OK(add_query());
  TRY_OK(add_headers());
  TRY_OK(add_body());
  add_default_headers();
  return std::move(call_);
}

Result<json::Value> CallMaker::json_parameter(std::string_view name) const {
  TRY(json::Value value, ctx_.parameter(name, item_).value());
  if (!value.is_string()) return value;
  if (trim(value.string()).empty()) return json::Value::object({});
  Result<json::Value> parsed = json::parse(value.string());
  if (parsed) return parsed;
  return wrong(fmt::format("parameter '{}' is no valid JSON: {}", name, parsed.error().text()));
}

Result<json::Value> CallMaker::pairs(std::string_view name, bool dotted_names) const {
  TRY(const json::Value value, ctx_.parameter(name, item_).value());
  const json::Value& list = value["parameters"];
  json::Value out = json::Value::object({});
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string key = javascript_text(list[i]["name"]);
    if (list[i]["name"].is_nothing() || key.empty()) continue;
    if (ctx_.version() >= kRepeatedNames && out.has(key)) {
      out = with_repeated(out, key, list[i]["value"]);
    } else {
      out = dotted_names ? with_value_at(out, key, list[i]["value"])
                         : out.with(key, list[i]["value"]);
    }
  }
  return out;
}

Result<> CallMaker::read_options() {
  TRY(options_, ctx_.parameter("options", item_).value());
  const json::Value& response = options_["response"]["response"];
  format_.full = response["fullResponse"].boolean_or(false);
  format_.never_error = response["neverError"].boolean_or(false);
  format_.format = response["responseFormat"].string_or("autodetect");
  format_.property = response["outputPropertyName"].string_or("data");
  const json::Value& redirect = options_["redirect"]["redirect"];
  call_.follow_redirects =
      redirect["followRedirects"].boolean_or(ctx_.version() >= kFollowsRedirects);
  call_.max_redirects = static_cast<int>(
      std::clamp(redirect["maxRedirects"].number_or(call_.max_redirects), 0.0, 100.0));
  call_.keep_credentials = ctx_.version() < kKeepsCredentials ||
                           options_["sendCredentialsOnCrossOriginRedirect"].boolean_or(false);
  call_.verify_tls = !options_["allowUnauthorizedCerts"].boolean_or(false);
  call_.proxy = options_["proxy"].string_or("");
  const double timeout = javascript_number(options_["timeout"]);
  constexpr double kLongest = 24 * 3600 * 1000.0;  // a day: nothing waits longer for one answer
  if (timeout > 0) {
    call_.timeout = std::chrono::milliseconds(static_cast<int>(std::min(timeout, kLongest)));
  }
  call_.timeout = ctx_.within_deadline(call_.timeout);
  const json::Value& pagination = options_["pagination"]["pagination"];
  if (pagination.is_object() && pagination["paginationMode"].string_or("off") != "off") {
    return wrong("pagination is not available yet");
  }
  return {};
}

Result<> CallMaker::add_url() {
  TRY(const std::string text, ctx_.parameter("url", item_).text());
  Result<Url> url = Url::parse(text);
  if (!url) return wrong(fmt::format("parameter 'url': {}", url.error().text()));
  call_.url = *std::move(url);
  if (!call_.url.user_info.empty()) {
    const std::optional<std::string> plain = percent_decode(call_.url.user_info);
    call_.headers.emplace_back("authorization",
                               "Basic " + base64_encode(plain.value_or(call_.url.user_info)));
  }
  return {};
}

Result<> CallMaker::add_query() {
  TRY(const bool send, ctx_.parameter("sendQuery", item_).boolean());
  if (!send) return {};
  TRY(const std::string how, ctx_.parameter("specifyQuery", item_).text());
  json::Value query;
  if (how == "json") {
    TRY(query, json_parameter("jsonQuery"));
  } else {
    TRY(query, pairs("queryParameters", false));
  }
  call_.url.add_query(
      form_text(query, array_format(options_["queryParameterArrays"].string_or(""))));
  return {};
}

Result<> CallMaker::add_header(std::string_view name, std::string_view value) {
  const std::string key =
      options_["lowercaseHeaders"].boolean_or(true) ? lower(name) : std::string(name);
  if (!http::is_field_name(key) || !http::is_field_value(trim(value))) {
    return wrong(fmt::format("header '{}' holds characters that no header may", shown_text(name)));
  }
  // Framing is decided by the connection that sends the request.
  if (equal_ignoring_case(key, "content-length") || equal_ignoring_case(key, "transfer-encoding")) {
    return {};
  }
  std::erase_if(call_.headers, [&](const auto& field) {
    return equal_ignoring_case(field.first, key) && ctx_.version() < kRepeatedNames;
  });
  call_.headers.emplace_back(key, trim(value));
  return {};
}

Result<> CallMaker::add_headers() {
  TRY(const bool send, ctx_.parameter("sendHeaders", item_).boolean());
  if (!send) return {};
  TRY(const std::string how, ctx_.parameter("specifyHeaders", item_).text());
  json::Value headers;
  if (how == "json") {
    TRY(headers, json_parameter("jsonHeaders"));
  } else {
    TRY(headers, pairs("headerParameters", false));
  }
  if (!headers.is_object()) return wrong("parameter 'jsonHeaders' is no JSON object");
  for (const json::Member& header : headers.members()) {
    if (header.value.is_nothing()) continue;
    if (!header.value.is_array()) {
      TRY_OK(add_header(header.key(), javascript_text(header.value)));
      continue;
    }
    for (const json::Value& one : header.value.elements()) {
      TRY_OK(add_header(header.key(), javascript_text(one)));
    }
  }
  return {};
}

Result<> CallMaker::add_body() {
  TRY(const bool send, ctx_.parameter("sendBody", item_).boolean());
  if (!send) return {};
  call_.has_body = true;
  TRY(const std::string type, ctx_.parameter("contentType", item_).text());
  TRY(const std::string how, ctx_.parameter("specifyBody", item_).text());
  if (type == "json") {
    json::Value body;
    if (how == "json") {
      TRY(body, json_parameter("jsonBody"));
    } else {
      TRY(body, pairs("bodyParameters", ctx_.version() >= kDottedBodyNames));
    }
    call_.body = json::to_text(body);
    if (!has_header("content-type")) call_.headers.emplace_back("content-type", "application/json");
    return {};
  }
  if (type == "form-urlencoded") return add_form_body();
  if (type == "multipart-form-data") return add_multipart_body();
  if (type == "raw") {
    TRY(call_.body, ctx_.parameter("body", item_).text());
    TRY(const std::string raw_type, ctx_.parameter("rawContentType", item_).text());
    return raw_type.empty() || has_header("content-type") ? Result<>()
                                                          : add_header("content-type", raw_type);
  }
  return wrong(fmt::format("sending a body of content type '{}' is not available yet", type));
}

Result<> CallMaker::add_form_body() {
  TRY(const std::string how, ctx_.parameter("specifyBody", item_).text());
  if (how == "string") {
    TRY(call_.body, ctx_.parameter("body", item_).text());
  } else {
    TRY(const json::Value fields, pairs("bodyParameters", false));
    call_.body = form_text(fields, ArrayFormat::kIndices);
  }
  if (!has_header("content-type")) {
    call_.headers.emplace_back("content-type", "application/x-www-form-urlencoded");
  }
  return {};
}

Result<> CallMaker::add_multipart_body() {
  TRY(const json::Value value, ctx_.parameter("bodyParameters", item_).value());
  const json::Value& list = value["parameters"];
  std::vector<std::pair<std::string, std::string>> parts;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (list[i]["parameterType"].string_or("formData") != "formData") {
      return wrong("sending files in a form is not available yet");
    }
    const json::Value& part = list[i]["value"];
    parts.emplace_back(javascript_text(list[i]["name"]), part.is_object() || part.is_array()
                                                             ? json::to_text(part)
                                                             : javascript_text(part));
  }
  const std::string boundary = "vaettir-" + ctx_.services().entropy.id(24);
  call_.body = multipart_text(parts, boundary);
  std::erase_if(call_.headers,
                [](const auto& field) { return equal_ignoring_case(field.first, "content-type"); });
  call_.headers.emplace_back("content-type", "multipart/form-data; boundary=" + boundary);
  return {};
}

void CallMaker::add_default_headers() {
  if (!has_header("accept")) call_.headers.emplace_back("accept", accepted(format_.format));
  if (!has_header("user-agent")) call_.headers.emplace_back("user-agent", kUserAgent);
}

}  // namespace vaettir::engine
