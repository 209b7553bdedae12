#include "engine/nodes/conditions.h"

#include <cmath>
#include <limits>

#include "engine/expressions/text_value.h"
#include "engine/nodes/coercion.h"
#include "engine/nodes/date_text.h"

namespace vaettir::engine {
namespace {

struct Options {
  bool ignore_case = false;
  bool strict = true;
  int version = 1;
};

struct Operands {
  json::Value left;
  json::Value right;
};

bool exists(const json::Value& value) {
  return !value.is_nothing() && !(value.is_number() && std::isnan(value.number()));
}

std::string folded(const json::Value& value, bool ignore_case) {
  if (!value.is_string()) return {};
  return ignore_case ? lower_text(value.string()) : std::string(value.string());
}

using Answer = std::optional<Result<bool>>;  // nullopt: no such operation

Answer yes_or_no(bool answer) { return Result<bool>(answer); }

Answer decide_string(std::string_view operation, const Operands& operands, const Options& options,
                     Patterns& patterns) {
  const std::string left = folded(operands.left, options.ignore_case);
  if (operation == "empty") return yes_or_no(left.empty());
  if (operation == "notEmpty") return yes_or_no(!left.empty());
  if (operation == "regex" || operation == "notRegex") {
    Result<bool> found = patterns.matches(operands.right.string_or(""), left);
    if (found && operation == "notRegex") return yes_or_no(!*found);
    return found;
  }
  const std::string right = folded(operands.right, options.ignore_case);
  if (operation == "equals") return yes_or_no(left == right);
  if (operation == "notEquals") return yes_or_no(left != right);
  if (operation == "contains") return yes_or_no(left.contains(right));
  if (operation == "notContains") return yes_or_no(!left.contains(right));
  if (operation == "startsWith") return yes_or_no(left.starts_with(right));
  if (operation == "notStartsWith") return yes_or_no(!left.starts_with(right));
  if (operation == "endsWith") return yes_or_no(left.ends_with(right));
  if (operation == "notEndsWith") return yes_or_no(!left.ends_with(right));
  return std::nullopt;
}

// As `<` of JavaScript sees it: null is 0, undefined is no number, which compares with nothing.
double comparable(const json::Value& value) {
  if (value.is_null()) return 0;
  return value.is_number() ? value.number() : std::numeric_limits<double>::quiet_NaN();
}

// As `===`.
bool identical(const json::Value& a, const json::Value& b) {
  if (a.type() != b.type()) return false;
  if (a.is_number()) return a.number() == b.number();
  if (a.is_array() || a.is_object()) return false;  // two objects are never the same one
  return a == b;
}

Answer decide_number(std::string_view operation, const Operands& operands) {
  const double left = comparable(operands.left);
  const double right = comparable(operands.right);
  if (operation == "empty") return yes_or_no(!exists(operands.left));
  if (operation == "notEmpty") return yes_or_no(exists(operands.left));
  if (operation == "equals") return yes_or_no(identical(operands.left, operands.right));
  if (operation == "notEquals") return yes_or_no(!identical(operands.left, operands.right));
  if (operation == "gt") return yes_or_no(left > right);
  if (operation == "lt") return yes_or_no(left < right);
  if (operation == "gte") return yes_or_no(left >= right);
  if (operation == "lte") return yes_or_no(left <= right);
  return std::nullopt;
}

Answer decide_date(std::string_view operation, const Operands& operands) {
  if (operation == "empty") return yes_or_no(!exists(operands.left));
  if (operation == "notEmpty") return yes_or_no(exists(operands.left));
  static constexpr std::string_view kOperations[] = {"equals", "notEquals",     "after",
                                                     "before", "afterOrEquals", "beforeOrEquals"};
  const auto* found = std::find(std::begin(kOperations), std::end(kOperations), operation);
  if (found == std::end(kOperations)) return std::nullopt;
  const std::optional<DateTime> left = parse_date_time(operands.left.string_or(""));
  const std::optional<DateTime> right = parse_date_time(operands.right.string_or(""));
  if (!left || !right) return yes_or_no(false);
  const std::int64_t a = left->milliseconds;
  const std::int64_t b = right->milliseconds;
  const bool answers[] = {a == b, a != b, a > b, a < b, a >= b, a <= b};
  return yes_or_no(answers[found - std::begin(kOperations)]);
}

Answer decide_boolean(std::string_view operation, const Operands& operands) {
  if (operation == "empty") return yes_or_no(!exists(operands.left));
  if (operation == "notEmpty") return yes_or_no(exists(operands.left));
  if (operation == "true") return yes_or_no(is_truthy(operands.left));
  if (operation == "false") return yes_or_no(!is_truthy(operands.left));
  if (operation == "equals") return yes_or_no(identical(operands.left, operands.right));
  if (operation == "notEquals") return yes_or_no(!identical(operands.left, operands.right));
  return std::nullopt;
}

bool includes(const json::Value& array, const json::Value& wanted, bool ignore_case) {
  if (!array.is_array()) return false;
  for (const json::Value& element : array.elements()) {
    if (ignore_case && element.is_string() && wanted.is_string()) {
      if (lower_text(element.string()) == lower_text(wanted.string())) return true;
    } else if (identical(element, wanted)) {
      return true;
    }
  }
  return false;
}

Answer decide_array(std::string_view operation, const Operands& operands, const Options& options) {
  const double length = static_cast<double>(operands.left.is_array() ? operands.left.size() : 0);
  if (operation == "empty") return yes_or_no(length == 0);
  if (operation == "notEmpty") return yes_or_no(length != 0);
  if (operation == "contains" || operation == "notContains") {
    const bool found = includes(operands.left, operands.right, options.ignore_case);
    return yes_or_no(found == (operation == "contains"));
  }
  const double right = comparable(operands.right);
  if (operation == "lengthEquals") return yes_or_no(length == right);
  if (operation == "lengthNotEquals") return yes_or_no(length != right);
  if (operation == "lengthGt") return yes_or_no(length > right);
  if (operation == "lengthLt") return yes_or_no(length < right);
  if (operation == "lengthGte") return yes_or_no(length >= right);
  if (operation == "lengthLte") return yes_or_no(length <= right);
  return std::nullopt;
}

Answer decide_object(std::string_view operation, const Operands& operands) {
  const bool empty = !operands.left.is_object() || operands.left.empty();
  if (operation == "empty") return yes_or_no(empty);
  if (operation == "notEmpty") return yes_or_no(!empty);
  return std::nullopt;
}

Answer decide(ValueType type, std::string_view operation, const Operands& operands,
              const Options& options, Patterns& patterns) {
  if (operation == "exists") return yes_or_no(exists(operands.left));
  if (operation == "notExists") return yes_or_no(!exists(operands.left));
  switch (type) {
    case ValueType::kString:
      return decide_string(operation, operands, options, patterns);
    case ValueType::kNumber:
      return decide_number(operation, operands);
    case ValueType::kDateTime:
      return decide_date(operation, operands);
    case ValueType::kBoolean:
      return decide_boolean(operation, operands);
    case ValueType::kArray:
      return decide_array(operation, operands, options);
    case ValueType::kObject:
      return decide_object(operation, operands);
    default:
      return std::nullopt;
  }
}

// The value as the type, or what is wrong with it.
Result<json::Value> operand(const json::Value& value, ValueType type, const Options& options,
                            std::string_view side) {
  if (type == ValueType::kAny || value.is_nothing()) return value;
  if (type == ValueType::kNumber) {
    if (value.is_number() && std::isnan(value.number())) return value;
    const bool blank =
        (value.is_string() && value.string().empty()) || (value.is_array() && value.empty());
    if (options.version >= 3 && blank) return json::Value(nullptr);
  }
  if (type == ValueType::kBoolean && !options.strict) {
    if (options.version >= 2) {
      if (std::optional<json::Value> value_as = converted(value, type)) return *value_as;
    }
    return json::Value(is_truthy(value));
  }
  if (options.strict && !is_of_type(value, type)) {
    return fail(Cause::kWorkflowFailed,
                fmt::format("the {} value '{}' is of type {}, and {} is expected (convert it "
                            "before, or turn on 'Convert types where required')",
                            side, shown(value), type_name(value), name_of(type)));
  }
  if (std::optional<json::Value> value_as = converted(value, type)) return *std::move(value_as);
  return fail(Cause::kWorkflowFailed,
              fmt::format("the {} value '{}' of type {} cannot be converted to {}", side,
                          shown(value), type_name(value), name_of(type)));
}

// Operations that look at the left value alone; whatever stands on the right does not count.
bool is_unary(std::string_view operation) {
  static constexpr std::string_view kUnary[] = {"exists",   "notExists", "empty",
                                                "notEmpty", "true",      "false"};
  return std::find(std::begin(kUnary), std::end(kUnary), operation) != std::end(kUnary);
}

Result<bool> condition_holds(const json::Value& condition, const Options& options,
                             Patterns& patterns) {
  const json::Value& op = condition["operator"];
  const std::string_view type_text = op["type"].string_or("string");
  const std::string_view operation = op["operation"].string_or("equals");
  const std::optional<ValueType> type = value_type_named(type_text);
  if (!type) {
    return fail(Cause::kWorkflowFailed, fmt::format("there is no type '{}'", type_text));
  }
  Operands operands;
  TRY(operands.left, operand(condition["leftValue"], *type, options, "left"));
  if (!is_unary(operation) && !op["singleValue"].boolean_or(false)) {
    const std::string_view right_text = op["rightType"].string_or(type_text);
    const ValueType right_type = value_type_named(right_text).value_or(ValueType::kAny);
    TRY(operands.right, operand(condition["rightValue"], right_type, options, "right"));
  }
  Answer answer = decide(*type, operation, operands, options, patterns);
  if (answer) return *std::move(answer);
  return fail(Cause::kWorkflowFailed,
              fmt::format("there is no operation '{}' for {}", operation, type_text));
}

}  // namespace

Result<bool> holds(const json::Value& filter, Patterns& patterns) {
  const json::Value& given = filter["options"];
  Options options;
  options.ignore_case = !given["caseSensitive"].boolean_or(true);
  options.strict = given["typeValidation"].string_or("strict") != "loose";
  options.version = static_cast<int>(given["version"].number_or(1));
  const bool any = filter["combinator"].string_or("and") == "or";
  const json::Value& conditions = filter["conditions"];
  // Every condition is looked at, as in n8n: an error in a later one is an error.
  bool result = !any || conditions.empty();
  for (std::size_t i = 0; i < conditions.size(); ++i) {
    Result<bool> one = condition_holds(conditions[i], options, patterns);
    if (!one)
      return std::unexpected(std::move(one.error()).because(fmt::format("condition {}", i + 1)));
    result = any ? result || *one : result && *one;
  }
  return result;
}

}  // namespace vaettir::engine
