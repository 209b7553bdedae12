#include "engine/nodes/http/answer.h"

#include "base/core/text.h"
#include "engine/expressions/text_value.h"

namespace vaettir::engine {
namespace {

// Content that is a file where the format is to be found out.
constexpr std::string_view kFileTypes[] = {
    "image/",
    "audio/",
    "video/",
    "application/octet-stream",
    "application/gzip",
    "application/zip",
    "application/vnd.rar",
    "application/epub+zip",
    "application/x-bzip",
    "application/x-bzip2",
    "application/x-cdf",
    "application/vnd.amazon.ebook",
    "application/msword",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.ms-fontobject",
    "application/vnd.oasis.opendocument.presentation",
    "application/pdf",
    "application/x-tar",
    "application/vnd.visio",
    "application/vnd.ms-excel",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/x-7z-compressed",
};

std::string format_of(const HttpAnswer& answer, const AnswerFormat& wanted) {
  if (wanted.format != "autodetect") return wanted.format;
  const std::string type = lower(header_of(answer.headers, "Content-Type"));
  if (type.contains("application/json")) return "json";
  for (std::string_view file : kFileTypes) {
    if (type.contains(file)) return "file";
  }
  return "text";
}

std::string latin1_as_utf8(std::string_view text) {
  std::string out;
  for (char c : text) {
    const unsigned char byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      out += c;
    } else {
      out += static_cast<char>(0xc0 | (byte >> 6));
      out += static_cast<char>(0x80 | (byte & 0x3f));
    }
  }
  return out;
}

// UTF-8, or Latin-1 where the answer says so or its bytes are no UTF-8.
std::string text_of(const HttpAnswer& answer) {
  const std::string type = lower(header_of(answer.headers, "Content-Type"));
  const bool latin1 = type.contains("iso-8859-1") || type.contains("windows-1252") ||
                      type.contains("charset=latin1");
  if (latin1 || !is_valid_utf8(answer.body)) return latin1_as_utf8(answer.body);
  return answer.body;
}

// The sentence that the service gives, where it gives one.
std::string message_of(const HttpAnswer& answer) {
  const Result<json::Value> body = json::parse(answer.body);
  if (!body || !body->is_object()) return shown_text(text_of(answer));
  for (std::string_view key : {"message", "detail", "error_description", "error", "title"}) {
    const json::Value& value = (*body)[key];
    if (value.is_string()) return shown_text(value.string());
    if (value["message"].is_string()) return shown_text(value["message"].string());
  }
  return shown(*body);
}

std::unexpected<Error> status_error(const HttpAnswer& answer) {
  std::string text = fmt::format("{} answered {}", answer.url.shown(), answer.status);
  if (!answer.reason.empty()) text += " " + answer.reason;
  if (!answer.body.empty()) text += ": " + message_of(answer);
  if (answer.status == 401 || answer.status == 403) text += " (check the credentials it is sent)";
  if (answer.status == 429) text += " (too many requests: use batching, or retry on fail)";
  return fail(Cause::kWorkflowFailed, std::move(text));
}

Result<json::Value> content(const HttpAnswer& answer, const AnswerFormat& wanted,
                            std::string_view format) {
  if (format == "text") return json::Value(text_of(answer));
  if (answer.body.empty()) return json::Value::object({});
  Result<json::Value> parsed = json::parse(answer.body);
  if (parsed) return parsed;
  if (wanted.never_error) return json::Value::object({});
  return fail(Cause::kWorkflowFailed,
              fmt::format("{} answered with JSON that cannot be read: {} (set the response format "
                          "to text to see it)",
                          answer.url.shown(), parsed.error().text()));
}

json::Value headers_value(const HeaderList& headers) {
  json::Value out = json::Value::object({});
  for (const auto& [name, value] : headers) {
    const std::string key = lower(name);
    const json::Value& before = out[key];
    if (key == "set-cookie") {
      out = out.with(key, before.with_element(json::Value(value)));
    } else if (before.is_string()) {
      out = out.with(key, json::Value(std::string(before.string()) + ", " + value));
    } else {
      out = out.with(key, json::Value(value));
    }
  }
  return out;
}

Item item_with(json::Value json, std::size_t index) {
  Item item;
  item.json = std::move(json);
  item.paired = paired_to(index);
  return item;
}

json::Value as_object(const json::Value& value) {
  if (value.is_object()) return value;
  if (value.is_nothing()) return json::Value::object({});
  return json::Value::object({{"data", value}});
}

}  // namespace

Result<std::vector<Item>> items_of(const HttpAnswer& answer, const AnswerFormat& wanted,
                                   std::size_t index) {
  const bool redirected = answer.status >= 300 && answer.status < 400;  // they were not followed
  if ((answer.status < 200 || answer.status >= 300) && !redirected && !wanted.never_error) {
    return status_error(answer);
  }
  const std::string format = format_of(answer, wanted);
  if (format == "file") {
    return fail(
        Cause::kWorkflowFailed,
        fmt::format("{} answered with a file ({}), and files are not available yet",
                    answer.url.shown(), shown_text(header_of(answer.headers, "Content-Type"))));
  }
  TRY(json::Value body, content(answer, wanted, format));
  std::vector<Item> items;
  if (wanted.full) {
    json::ObjectBuilder out;
    out.set(format == "text" ? wanted.property : "body", std::move(body));
    out.set("headers", headers_value(answer.headers));
    out.set("statusCode", json::Value(answer.status));
    out.set("statusMessage", json::Value(answer.reason));
    items.push_back(item_with(out.finish(), index));
  } else if (format == "text") {
    items.push_back(item_with(json::Value::object({{wanted.property, std::move(body)}}), index));
  } else if (body.is_array()) {
    for (const json::Value& element : body.elements()) {
      items.push_back(item_with(as_object(element), index));
    }
  } else {
    items.push_back(item_with(as_object(body), index));
  }
  return items;
}

}  // namespace vaettir::engine
