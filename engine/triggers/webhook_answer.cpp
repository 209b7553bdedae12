#include "engine/triggers/webhook_answer.h"

#include <algorithm>

#include "base/core/text.h"

namespace vaettir::engine {
namespace {

constexpr std::string_view kJson = "application/json; charset=utf-8";
constexpr std::string_view kHtml = "text/html; charset=utf-8";

// The page may run its scripts and open others, but as a stranger to this site: it must not act for
// whoever is logged in here.
constexpr std::string_view kSandbox =
    "sandbox allow-downloads allow-forms allow-modals allow-popups allow-presentation "
    "allow-scripts "
    "allow-top-navigation-by-user-activation";

bool has_field(const WebhookAnswer& answer, std::string_view name) {
  return std::ranges::any_of(
      answer.headers, [&](const auto& field) { return equal_ignoring_case(field.first, name); });
}

WebhookAnswer start_answer(const WebhookSetup& setup) {
  return {.status = setup.response_code, .headers = setup.response_headers, .body = {}};
}

WebhookAnswer with_body(WebhookAnswer answer, std::string_view content_type, std::string body) {
  answer.body = std::move(body);
  if (!has_field(answer, "content-type")) answer.headers.emplace_back("Content-Type", content_type);
  return answer;
}

WebhookAnswer json_answer(const WebhookSetup& setup, const json::Value& value) {
  return with_body(start_answer(setup), kJson, json::to_text(value));
}

// "a.b.c" of an item.
const json::Value& at_path(const json::Value& value, std::string_view path) {
  const json::Value* at = &value;
  while (true) {
    const std::size_t dot = path.find('.');
    at = &(*at)[path.substr(0, dot)];
    if (dot == std::string_view::npos) return *at;
    path.remove_prefix(dot + 1);
  }
}

// The items that the last node gave: its first output that has any.
const Items* last_items(const State& state) {
  if (!state.last_node()) return nullptr;
  const std::size_t runs = state.runs(*state.last_node());
  if (runs == 0) return nullptr;
  const RunRecord& record = *state.records(*state.last_node())[runs - 1];
  if (!record.outputs) return nullptr;
  for (const Items& items : *record.outputs)
    if (!items.empty()) return &items;
  return nullptr;
}

Result<WebhookAnswer> first_entry(const WebhookSetup& setup, const Items* items) {
  if (items == nullptr) return fail(Cause::kWorkflowFailed, "No item to return was found");
  const json::Value& item = (*items)[0].json;
  const json::Value value =
      setup.response_property.empty() ? item : at_path(item, setup.response_property);
  if (setup.response_content_type.empty()) return json_answer(setup, value);
  // With a type of its own the text itself is sent, not its JSON.
  std::string body = value.is_string() ? std::string(value.string()) : json::to_text(value);
  return with_body(start_answer(setup), setup.response_content_type, std::move(body));
}

Result<WebhookAnswer> first_binary(const WebhookSetup& setup, const Items* items) {
  if (items == nullptr) return fail(Cause::kWorkflowFailed, "No item was found to return");
  const json::Value& file = (*items)[0].binary[setup.response_binary_property];
  if (!file.is_object()) return fail(Cause::kWorkflowFailed, "No binary data was found to return");
  const std::optional<std::string> content = base64_decode(file["data"].string_or(""));
  if (!content) return fail(Cause::kWorkflowFailed, "the binary data to return cannot be read");
  return with_body(start_answer(setup), file["mimeType"].string_or("application/octet-stream"),
                   *content);
}

bool may_be_sent(std::string_view name, std::string_view value) {
  constexpr std::string_view kNever[] = {
      "connection", "content-length",          "transfer-encoding",         "keep-alive",
      "upgrade",    "content-security-policy", "strict-transport-security", "clear-site-data"};
  const auto is_token = [](char c) {
    constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           kMarks.find(c) != std::string_view::npos;
  };
  const auto is_control = [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
  };
  return !name.empty() && std::ranges::all_of(name, is_token) &&
         std::ranges::none_of(value, is_control) &&
         std::ranges::none_of(
             kNever, [&](std::string_view other) { return equal_ignoring_case(name, other); });
}

}  // namespace

WebhookAnswer received_answer(const WebhookSetup& setup) {
  if (setup.no_response_body) return start_answer(setup);
  if (!setup.response_text.empty())
    return with_body(start_answer(setup), kHtml, setup.response_text);
  return with_body(start_answer(setup), kJson, R"({"message":"Workflow was started"})");
}

Result<WebhookAnswer> final_answer(const WebhookSetup& setup, const State& state) {
  if (state.status() == ExecutionState::kCanceled) return fail(Cause::kWorkflowTimeout);
  if (state.status() != ExecutionState::kSuccess)
    return fail(Cause::kWorkflowFailed, "Error in workflow");
  // A workflow that was to answer by itself and did not.
  if (setup.response_mode != ResponseMode::kLastNode) return WebhookAnswer{};
  const Items* items = last_items(state);
  switch (setup.response_data) {
    case ResponseData::kFirstEntryJson:
      return first_entry(setup, items);
    case ResponseData::kFirstEntryBinary:
      return first_binary(setup, items);
    case ResponseData::kNoData:
      return start_answer(setup);
    case ResponseData::kAllEntries: {
      std::vector<json::Value> all;
      if (items != nullptr)
        for (const Item& item : *items) all.push_back(item.json);
      return json_answer(setup, json::Value::array(std::move(all)));
    }
  }
  return WebhookAnswer{};
}

std::vector<std::pair<std::string, std::string>> safe_fields(
    std::vector<std::pair<std::string, std::string>> fields, bool trust_html) {
  std::erase_if(fields, [](const auto& field) { return !may_be_sent(field.first, field.second); });
  const bool html = std::ranges::any_of(fields, [](const auto& field) {
    return equal_ignoring_case(field.first, "content-type") &&
           starts_with_ignoring_case(trim(field.second), "text/html");
  });
  if (html && !trust_html) fields.emplace_back("Content-Security-Policy", kSandbox);
  return fields;
}

}  // namespace vaettir::engine
