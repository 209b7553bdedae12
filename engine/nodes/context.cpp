#include "engine/nodes/context.h"

#include <cmath>

#include "engine/expressions/text_value.h"
#include "engine/nodes/coercion.h"
#include "engine/nodes/conditions.h"

namespace vaettir::engine {

Parameter::Parameter(const NodeContext& ctx, std::string_view name, std::size_t item,
                     Result<json::Value> value)
    : ctx_(ctx), name_(name), item_(item), value_(std::move(value)) {}

Error Parameter::located(const Error& error) const {
  const bool several = ctx_.items().size() > 1;
  return ctx_.error(error.cause(),
                    fmt::format("parameter '{}'{}: {}", name_,
                                several ? fmt::format(" for item {}", item_) : "", error.text()));
}

Result<json::Value> Parameter::value() && {
  if (value_) return *std::move(value_);
  return std::unexpected(located(value_.error()));
}

Result<std::string> Parameter::text() && {
  TRY(const json::Value value, std::move(*this).value());
  if (value.is_nothing()) return std::string();
  return value.is_object() || value.is_array() ? json::to_text(value) : javascript_text(value);
}

Result<double> Parameter::number() && {
  if (!value_) return std::unexpected(located(value_.error()));
  const double number = value_->is_nothing() ? 0 : javascript_number(*value_);
  if (!std::isnan(number)) return number;
  return std::unexpected(
      located(Error(Cause::kWorkflowFailed, fmt::format("'{}' is not a number", shown(*value_)))));
}

Result<bool> Parameter::boolean() && {
  if (!value_) return std::unexpected(located(value_.error()));
  if (value_->is_string()) {
    const std::optional<json::Value> converted_value = converted(*value_, ValueType::kBoolean);
    if (converted_value) return converted_value->boolean();
  }
  return is_truthy(*value_);
}

Result<bool> Parameter::as_condition() && {
  if (!value_) return std::unexpected(located(value_.error()));
  Result<bool> answer = holds(*value_, ctx_.patterns());
  if (answer) return answer;
  return std::unexpected(located(answer.error()));
}

NodeContext::NodeContext(NodeRun run, const NodeServices& services)
    : run_(std::move(run)),
      services_(services),
      prepared_(run_.workflow.node(run_.node)),
      patterns_(std::make_unique<Patterns>()) {
  resolved_ =
      std::make_unique<const ResolvedParameters>(prepared_.parameters(), vantage(), items().size());
}

NodeContext::~NodeContext() = default;

Vantage NodeContext::vantage() const {
  return Vantage{run_.workflow.workflow(),
                 run_.runs,
                 run_.execution,
                 services_.environment,
                 run_.node,
                 run_.run,
                 run_.inputs,
                 run_.sources};
}

const Items& NodeContext::items(std::size_t input) const {
  return input < run_.inputs.size() ? run_.inputs[input] : no_items_;
}

Parameter NodeContext::parameter(std::string_view path, std::size_t item) const {
  return Parameter(*this, path, item, resolved_->read(path, item));
}

Result<std::string> NodeContext::json_text(std::string_view path, std::size_t item) const {
  const ParameterTemplate::Place place = prepared_.parameters().find(path);
  if (place.slot == nullptr || place.slot->kind != ParameterTemplate::Slot::Kind::kExpression) {
    return parameter(path, item).text();
  }
  const Expression& expression = prepared_.parameters().expressions()[place.slot->expression];
  Result<std::string> text = expression.evaluate_as_json(vantage(), item);
  if (text) return text;
  return std::unexpected(
      error(text.error().cause(), fmt::format("parameter '{}': {}", path, text.error().text())));
}

Error NodeContext::error(Cause cause, std::string_view text) const {
  return Error(cause, fmt::format("node '{}': {}", node().name, text));
}

Item NodeContext::failed_item(const Error& error, std::size_t item) const {
  Item failed;
  json::ObjectBuilder json;
  json.set("error", json::Value(error.text()));
  failed.json = json.finish();
  failed.error = failed.json["error"];
  failed.paired = paired_to(item);
  return failed;
}

Duration NodeContext::within_deadline(Duration wanted) const {
  if (run_.deadline == kNever) return wanted;
  return std::clamp<Duration>(run_.deadline - loop().now(), Duration::zero(), wanted);
}

}  // namespace vaettir::engine
