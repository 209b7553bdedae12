// Respond to Webhook: answers the caller with what its parameters say for the first item, and
// passes all items on (facts: webhook response).
#include "base/core/text.h"
#include "base/http/headers.h"
#include "engine/expressions/text_value.h"
#include "engine/nodes/context.h"
#include "engine/nodes/node.h"
#include "engine/nodes/value_path.h"

namespace vaettir::engine {
namespace {

constexpr double kSecondOutput = 1.3;        // always there in this version
constexpr double kSecondOutputOption = 1.4;  // from here on where it is asked for

// A workflow must not weaken what protects the pages of this host, nor show a page as one of them.
constexpr std::string_view kDroppedHeaders[] = {"content-security-policy",
                                                "strict-transport-security", "clear-site-data"};
constexpr std::string_view kSandbox =
    "sandbox allow-downloads allow-forms allow-modals allow-orientation-lock allow-pointer-lock "
    "allow-popups allow-presentation allow-scripts allow-top-navigation-by-user-activation";

std::string_view find_header(const WebhookAnswer& answer, std::string_view name) {
  for (const auto& [key, value] : answer.headers) {
    if (equal_ignoring_case(key, name)) return value;
  }
  return {};
}

class AnswerMaker {
 public:
  explicit AnswerMaker(const NodeContext& ctx) : ctx_(ctx) {}

  Result<WebhookAnswer> make() {
    TRY(options_, ctx_.parameter("options", 0).value());
    TRY_OK(add_headers());
    TRY(const std::string with, ctx_.parameter("respondWith", 0).text());
    TRY_OK(fill(with));
    if (!options_["responseCode"].is_nothing()) {
      const double code = javascript_number(options_["responseCode"]);
      if (!(code >= 200 && code <= 599)) {
        return wrong(fmt::format("response code '{}' is not between 200 and 599",
                                 shown(options_["responseCode"])));
      }
      answer_.status = static_cast<std::uint16_t>(code);
    }
    if (lower(find_header(answer_, "content-type")).starts_with("text/html")) {
      answer_.headers.emplace_back("Content-Security-Policy", kSandbox);
    }
    return std::move(answer_);
  }

 private:
  std::unexpected<Error> wrong(std::string_view text) const {
    return std::unexpected(ctx_.error(Cause::kWorkflowFailed, text));
  }

  Result<> add_headers() {
    const json::Value& entries = options_["responseHeaders"]["entries"];
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const std::string name = javascript_text(entries[i]["name"]);
      const std::string value = javascript_text(entries[i]["value"]);
      const std::string lower_name = lower(name);
      if (name.empty() || std::find(std::begin(kDroppedHeaders), std::end(kDroppedHeaders),
                                    lower_name) != std::end(kDroppedHeaders)) {
        continue;
      }
      if (!http::is_field_name(name) || !http::is_field_value(value)) {
        return wrong(fmt::format("response header '{}' holds characters that no header may",
                                 shown_text(name)));
      }
      // Framing is decided by the server that sends the answer.
      if (lower_name == "content-length" || lower_name == "transfer-encoding") continue;
      answer_.headers.emplace_back(name, value);
    }
    return {};
  }

  void content_type(std::string_view type) {
    if (find_header(answer_, "content-type").empty()) {
      answer_.headers.emplace_back("Content-Type", type);
    }
  }

  void json_body(const json::Value& value) {
    answer_.body = value.is_undefined() ? "" : json::to_text(value);
    content_type("application/json; charset=utf-8");
  }

  // The items' json, under the name of options.responseKey where there is one.
  void items_body(const json::Value& value) {
    const std::string_view key = options_["responseKey"].string_or("");
    json_body(key.empty() ? value : with_value_at(json::Value::object({}), key, value));
  }

  Result<> fill(std::string_view with) {
    const Items& items = ctx_.items();
    if (with == "noData") return {};
    if (with == "firstIncomingItem") {
      items_body(items.empty() ? json::Value::object({}) : items[0].json);
      return {};
    }
    if (with == "allIncomingItems") {
      std::vector<json::Value> all;
      for (const Item& item : items) all.push_back(item.json);
      items_body(json::Value::array(std::move(all)));
      return {};
    }
    if (with == "text") {
      TRY(answer_.body, ctx_.parameter("responseBody", 0).text());
      content_type("text/html; charset=utf-8");
      return {};
    }
    if (with == "json") return fill_json();
    if (with == "redirect") return fill_redirect();
    if (with == "binary") return wrong("answering with a file is not available yet");
    if (with == "jwt") return wrong("answering with a signed token is not available yet");
    return wrong(fmt::format("there is no way to respond called '{}'", with));
  }

  Result<> fill_json() {
    TRY(const json::Value body, ctx_.parameter("responseBody", 0).value());
    if (!body.is_string()) {
      json_body(body);
      return {};
    }
    const Result<json::Value> parsed = json::parse(body.string());
    if (!parsed) {
      return wrong(
          fmt::format("parameter 'responseBody' is no valid JSON: {}", parsed.error().text()));
    }
    json_body(*parsed);
    return {};
  }

  Result<> fill_redirect() {
    TRY(const std::string url, ctx_.parameter("redirectURL", 0).text());
    if (url.empty() || !http::is_field_value(url)) return wrong("'redirectURL' is no address");
    answer_.status = 307;
    answer_.headers.emplace_back("Location", url);
    return {};
  }

  const NodeContext& ctx_;
  json::Value options_;
  WebhookAnswer answer_;
};

// What the second output carries: the answer as it was sent.
Item response_item(const WebhookAnswer& answer) {
  json::ObjectBuilder headers;
  for (const auto& [name, value] : answer.headers) headers.set(lower(name), json::Value(value));
  const Result<json::Value> body = json::parse(answer.body);
  json::ObjectBuilder response;
  response.set("body", body ? *body : json::Value(answer.body));
  response.set("headers", headers.finish());
  response.set("statusCode", json::Value(static_cast<int>(answer.status)));
  json::ObjectBuilder json;
  json.set("response", response.finish());
  Item item;
  item.json = json.finish();
  item.paired = paired_to(0);
  return item;
}

class RespondToWebhook final : public NodeType {
 public:
  Task<Result<Outputs>> run(NodeContext& ctx) const override {
    Outputs out(outputs(ctx.prepared()));
    Result<WebhookAnswer> answer = AnswerMaker(ctx).make();
    if (!answer && !ctx.continues_on_error()) {
      return Result<Outputs>(std::unexpected(std::move(answer.error())));
    }
    if (!answer) {
      out[0].push_back(ctx.failed_item(answer.error(), 0));
      return Result<Outputs>(std::move(out));
    }
    out[0] = passed_through(ctx.items());
    if (out.size() > 1) out[1].push_back(response_item(*answer));
    // Without anybody who waits (a run by hand) the items simply go on.
    if (Responder* responder = ctx.run().responder) responder->respond(*std::move(answer));
    return Result<Outputs>(std::move(out));
  }

  std::uint32_t outputs(const PreparedNode& node) const override {
    if (node.version() == kSecondOutput) return 2;
    const bool asked = node.version() >= kSecondOutputOption &&
                       node.fixed_parameter("enableResponseOutput").boolean_or(false);
    return asked ? 2 : 1;
  }
};

}  // namespace

std::unique_ptr<const NodeType> make_respond_to_webhook() {
  return std::make_unique<RespondToWebhook>();
}

}  // namespace vaettir::engine
