#include "engine/triggers/webhook_call.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "base/core/text.h"
#include "engine/triggers/form_fields.h"
#include "engine/triggers/multipart.h"

namespace vaettir::engine {
namespace {

constexpr std::string_view kUnparsable = "Failed to parse request body";

// Cookies of the editor's own session never reach a workflow.
constexpr std::string_view kOwnCookies[] = {"n8n-auth", "n8n-browserId", "vaettir-session"};

// Of these the first one counts, as Node does it; of the others the values are joined.
constexpr std::string_view kSingle[] = {"age",
                                        "authorization",
                                        "content-length",
                                        "content-type",
                                        "etag",
                                        "expires",
                                        "from",
                                        "host",
                                        "if-modified-since",
                                        "if-unmodified-since",
                                        "last-modified",
                                        "location",
                                        "max-forwards",
                                        "proxy-authorization",
                                        "referer",
                                        "retry-after",
                                        "server",
                                        "user-agent"};

std::string without_own_cookies(std::string_view value) {
  std::string out;
  for (std::string_view cookie : split_list(value, ';')) {
    const std::string_view name = trim(cookie.substr(0, cookie.find('=')));
    if (std::ranges::find(kOwnCookies, name) != std::end(kOwnCookies)) continue;
    if (!out.empty()) out += "; ";
    out += cookie;
  }
  return out;
}

json::Value headers_value(const http::Request& request) {
  // A request has some 15 fields: looking through them is cheaper than a map.
  std::vector<std::pair<std::string, std::string>> fields;
  fields.reserve(request.headers.size() + 1);
  const auto add = [&](std::string name, std::string_view value) {
    const auto there = std::ranges::find(fields, name, [](const auto& f) { return f.first; });
    if (there == fields.end())
      fields.emplace_back(std::move(name), value);
    else if (std::ranges::find(kSingle, std::string_view(there->first)) == std::end(kSingle))
      there->second += fmt::format("{}{}", there->first == "cookie" ? "; " : ", ", value);
  };
  for (const http::Field& field : request.headers.fields()) add(lower(field.name), field.value);
  if (!request.authority.empty()) add("host", request.authority);
  std::vector<std::pair<std::string, json::Value>> members;
  members.reserve(fields.size());
  for (auto& [name, value] : fields) {
    if (name == "cookie") value = without_own_cookies(value);
    if (name == "cookie" && value.empty()) continue;
    members.emplace_back(std::move(name), json::Value(std::string_view(value)));
  }
  return json::Value::object(std::move(members));
}

json::Value params_value(const WebhookTable::Params& params) {
  json::ObjectBuilder out;
  for (const auto& [name, value] : params) out.set(name, value);
  return out.finish();
}

std::string_view file_type(std::string_view mime) {
  if (mime.starts_with("image/")) return "image";
  if (mime.starts_with("audio/")) return "audio";
  if (mime.starts_with("video/")) return "video";
  if (mime == "application/json") return "json";
  if (mime == "application/pdf") return "pdf";
  if (mime == "text/html") return "html";
  if (mime.starts_with("text/")) return "text";
  return "";
}

std::string size_text(std::size_t bytes) {
  if (bytes < 1000) return fmt::format("{} B", bytes);
  if (bytes < 1'000'000) return fmt::format("{:.3g} kB", static_cast<double>(bytes) / 1e3);
  return fmt::format("{:.3g} MB", static_cast<double>(bytes) / 1e6);
}

// n8n's BinaryData with its content inside.
json::Value file_value(std::string_view content, std::string_view mime,
                       std::string_view file_name) {
  const std::string_view bare = trim(mime.substr(0, mime.find(';')));
  json::ObjectBuilder out;
  out.set("data", base64_encode(content));
  out.set("mimeType", bare.empty() ? "application/octet-stream" : bare);
  if (!file_type(bare).empty()) out.set("fileType", file_type(bare));
  if (!file_name.empty()) {
    out.set("fileName", file_name);
    const std::size_t dot = file_name.rfind('.');
    if (dot != std::string_view::npos && dot + 1 < file_name.size())
      out.set("fileExtension", file_name.substr(dot + 1));
  }
  out.set("fileSize", size_text(content.size()));
  out.set("bytes", content.size());
  return out.finish();
}

struct Content {
  json::Value body = json::Value::object({});
  json::Value binary;  // undefined without files
};

std::unexpected<UnreadableBody> unreadable() {
  return std::unexpected(UnreadableBody{422, std::string(kUnparsable)});
}

// Fields of one name make a list; files are named after their field, numbered where there are
// several.
std::expected<Content, UnreadableBody> read_form(std::string_view content_type,
                                                 const std::string& bytes, const Webhook& webhook) {
  const auto parts = parse_multipart(content_type, bytes);
  if (!parts) return unreadable();
  std::map<std::string, std::vector<const FormPart*>, std::less<>> files;
  std::vector<std::string> file_order;
  Content content;
  for (const FormPart& part : *parts) {
    if (part.file_name) {
      std::string field =
          part.name.ends_with("[]") ? part.name.substr(0, part.name.size() - 2) : part.name;
      if (webhook.version < 2 && webhook.setup.binary_property != "data")
        field = webhook.setup.binary_property;
      if (!files.contains(field)) file_order.push_back(field);
      files[field].push_back(&part);
      continue;
    }
    if (!is_valid_utf8(part.content)) return unreadable();
    const json::Value& before = content.body[part.name];
    json::Value value(part.content);
    if (before.is_array())
      value = before.with_element(std::move(value));
    else if (!before.is_undefined())
      value = json::Value::array({before, std::move(value)});
    content.body = content.body.with(part.name, std::move(value));
  }
  if (files.empty()) return content;
  json::ObjectBuilder binary;
  for (const std::string& field : file_order) {
    const std::vector<const FormPart*>& list = files[field];
    for (std::size_t at = 0; at < list.size(); ++at)
      binary.set(list.size() == 1 ? field : fmt::format("{}{}", field, at),
                 file_value(list[at]->content, list[at]->content_type, *list[at]->file_name));
  }
  content.binary = binary.finish();
  return content;
}

std::expected<Content, UnreadableBody> read_content(const http::Request& request,
                                                    const Webhook& webhook,
                                                    const std::string& bytes) {
  Content content;
  const std::string_view content_type = request.headers.find(http::Name::kContentType).value_or("");
  const std::string mime = lower(trim(content_type.substr(0, content_type.find(';'))));
  if (bytes.empty()) return content;
  if (mime == "multipart/form-data") return read_form(content_type, bytes, webhook);
  if (mime == "application/json" || mime.ends_with("+json")) {
    auto value = json::parse(bytes);
    if (!value) return unreadable();
    content.body = *std::move(value);
  } else if (mime == "application/x-www-form-urlencoded") {
    auto fields = parse_form_fields(bytes);
    if (!fields) return unreadable();
    content.body = *std::move(fields);
  } else if (mime.ends_with("/xml") || mime.ends_with("+xml")) {
    return std::unexpected(
        UnreadableBody{415, "XML bodies cannot be read yet: send JSON, a form, or text/plain"});
  } else if (mime == "text/plain") {
    if (!is_valid_utf8(bytes)) return unreadable();
    content.body = json::Value(std::string_view(bytes));
  } else if (webhook.version > 1) {
    content.binary = json::ObjectBuilder()
                         .set(webhook.setup.binary_property, file_value(bytes, content_type, ""))
                         .finish();
    return content;
  }
  if (webhook.setup.raw_body)
    content.binary = json::ObjectBuilder()
                         .set(webhook.setup.binary_property, file_value(bytes, content_type, ""))
                         .finish();
  return content;
}

}  // namespace

std::expected<Item, UnreadableBody> webhook_item(const http::Request& request,
                                                 const WebhookTable::Found& found,
                                                 std::string_view webhook_url, std::string body) {
  auto content = read_content(request, **found.webhook, body);
  if (!content) return std::unexpected(std::move(content).error());
  auto query = parse_form_fields(request.query, kQueryLimits);
  if (!query) return std::unexpected(UnreadableBody{400, "Failed to parse the query"});
  Item item;
  item.json = json::ObjectBuilder()
                  .set("headers", headers_value(request))
                  .set("params", params_value(found.params))
                  .set("query", *std::move(query))
                  .set("body", std::move(content->body))
                  .set("webhookUrl", webhook_url)
                  .set("executionMode", "production")
                  .finish();
  item.binary = std::move(content->binary);
  return item;
}

}  // namespace vaettir::engine
