// Webhook: says what its trigger registers; the items it starts with are made by the trigger.
#include "base/core/text.h"
#include "engine/expressions/text_value.h"
#include "engine/nodes/context.h"
#include "engine/nodes/node.h"

namespace vaettir::engine {
namespace {

// Node versions at which saved files mean something else.
constexpr double kOptionsResponseCode = 2;  // before: a parameter of its own

// Reads parameters that must be known without any item.
class Fixed {
 public:
  explicit Fixed(const PreparedNode& node) : node_(node) {}

  json::Value value(std::string_view path) {
    if (!wrong_ && node_.has_expression(path)) {
      wrong_ = fmt::format(
          "node '{}': parameter '{}' must not be an expression: a webhook is "
          "registered before there is any data",
          node_.node().name, path);
    }
    return node_.fixed_parameter(path);
  }
  std::string text(std::string_view path, std::string_view otherwise = "") {
    const json::Value read = value(path);
    return read.is_nothing() ? std::string(otherwise) : javascript_text(read);
  }
  bool flag(std::string_view path) { return is_truthy(value(path)); }
  const std::optional<std::string>& wrong() const { return wrong_; }

 private:
  const PreparedNode& node_;
  std::optional<std::string> wrong_;
};

std::vector<std::string> methods(Fixed& fixed) {
  if (!fixed.flag("multipleMethods")) {
    const json::Value method = fixed.value("httpMethod");
    // Templates hold a list of one here.
    return {std::string(method.is_array() ? method[0].string_or("GET") : method.string_or("GET"))};
  }
  std::vector<std::string> out;
  const json::Value listed = fixed.value("httpMethod");
  for (std::size_t i = 0; i < listed.size(); ++i) out.emplace_back(listed[i].string_or("GET"));
  return out;
}

bool has_parameter_segment(std::string_view path) {
  return path.starts_with(':') || path.contains("/:");
}

std::string full_path(const Node& node, std::string path) {
  if (path.starts_with('/')) path.erase(0, 1);
  while (path.ends_with('/')) path.pop_back();
  const std::string& id = node.webhook_id.empty() ? node.id : node.webhook_id;
  if (path.empty()) return id;
  return has_parameter_segment(path) ? id + "/" + path : path;
}

std::uint16_t status_code(double number, std::uint16_t otherwise) {
  return number >= 100 && number <= 599 ? static_cast<std::uint16_t>(number) : otherwise;
}

std::uint16_t response_code(Fixed& fixed, double version) {
  if (version < kOptionsResponseCode) {
    return status_code(javascript_number(fixed.value("responseCode")), 200);
  }
  const json::Value chosen = fixed.value("options.responseCode.values");
  const bool custom = chosen["responseCode"].string_or("") == "customCode";
  return status_code(javascript_number(chosen[custom ? "customCode" : "responseCode"]), 200);
}

Result<ResponseMode> response_mode(const Node& node, std::string_view mode) {
  if (mode == "onReceived") return ResponseMode::kOnReceived;
  if (mode == "lastNode") return ResponseMode::kLastNode;
  if (mode == "responseNode") return ResponseMode::kResponseNode;
  return fail(Cause::kWorkflowFailed,
              fmt::format("node '{}': response mode '{}' is not available yet", node.name, mode));
}

ResponseData response_data(std::string_view data) {
  if (data == "allEntries") return ResponseData::kAllEntries;
  if (data == "firstEntryBinary") return ResponseData::kFirstEntryBinary;
  return data == "noData" ? ResponseData::kNoData : ResponseData::kFirstEntryJson;
}

Result<WebhookSetup> common_setup(const PreparedNode& prepared, Fixed& fixed) {
  WebhookSetup setup;
  const json::Value options = fixed.value("options");
  setup.path = full_path(prepared.node(), fixed.text("path"));
  setup.authentication = fixed.text("authentication", "none");
  TRY(setup.response_mode,
      response_mode(prepared.node(), fixed.text("responseMode", "onReceived")));
  setup.response_data = response_data(fixed.text("responseData"));
  setup.response_code = response_code(fixed, prepared.version());
  for (const json::Value& entry : options["responseHeaders"]["entries"].is_array()
                                      ? options["responseHeaders"]["entries"].elements()
                                      : std::span<const json::Value>()) {
    setup.response_headers.emplace_back(entry["name"].string_or(""),
                                        javascript_text(entry["value"]));
  }
  setup.response_text = options["responseData"].string_or("");
  setup.no_response_body = options["noResponseBody"].boolean_or(false);
  setup.response_property = options["responsePropertyName"].string_or("");
  setup.response_content_type = options["responseContentType"].string_or("");
  setup.response_binary_property = fixed.text("responseBinaryPropertyName", "data");
  setup.raw_body = options["rawBody"].boolean_or(false) || options["binaryData"].boolean_or(false);
  setup.binary_property = options["binaryPropertyName"].string_or("data");
  setup.allowed_origins = options["allowedOrigins"].string_or("*");
  setup.ip_allow_list = options["ipWhitelist"].string_or("");
  setup.ignore_bots = options["ignoreBots"].boolean_or(false);
  return setup;
}

class Webhook final : public NodeType {
 public:
  Task<Result<Outputs>> run(NodeContext& ctx) const override {
    Outputs out(std::max(outputs(ctx.prepared()), ctx.run().start_output + 1));
    out[ctx.run().start_output] = ctx.items();
    return Result<Outputs>(std::move(out));
  }

  std::uint32_t outputs(const PreparedNode& node) const override {
    Fixed fixed(node);
    return static_cast<std::uint32_t>(std::max<std::size_t>(methods(fixed).size(), 1));
  }

  Result<std::vector<WebhookSetup>> webhooks(const PreparedNode& node) const override {
    Fixed fixed(node);
    TRY(const WebhookSetup common, common_setup(node, fixed));
    std::vector<WebhookSetup> setups;
    for (std::string& method : methods(fixed)) {
      WebhookSetup setup = common;
      setup.method = std::move(method);
      setup.output = static_cast<std::uint32_t>(setups.size());
      setups.push_back(std::move(setup));
    }
    if (fixed.wrong()) return fail(Cause::kWorkflowFailed, *fixed.wrong());
    return setups;
  }
};

}  // namespace

std::unique_ptr<const NodeType> make_webhook() { return std::make_unique<Webhook>(); }

}  // namespace vaettir::engine
