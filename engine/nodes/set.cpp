// Set (Edit Fields): makes each item anew: fields of the old one that are to stay, then new fields
// (facts: Set v3.x).
#include "base/core/text.h"
#include "engine/expressions/text_value.h"
#include "engine/nodes/coercion.h"
#include "engine/nodes/context.h"
#include "engine/nodes/lenient_json.h"
#include "engine/nodes/node.h"
#include "engine/nodes/value_path.h"

namespace vaettir::engine {
namespace {

// Copies of each item that may be asked for: more is a slip of the pen that would fill the memory.
constexpr double kMostDuplicates = 100'000;

// Node versions at which saved files mean something else.
constexpr double kAssignments = 3.3;  // before: fields.values
constexpr double kNullForNothing = 3.2;
constexpr double kStripBinary = 3.4;  // before: includeBinary

class ItemMaker {
 public:
  ItemMaker(const NodeContext& ctx, std::size_t item)
      : ctx_(ctx), index_(item), input_(ctx.items()[item]) {}

  Result<std::vector<Item>> make() {
    TRY(const json::Value options, ctx_.parameter("options", index_).value());
    dotted_ = options["dotNotation"].boolean_or(true);
    ignore_errors_ = options["ignoreConversionErrors"].boolean_or(false);
    TRY_OK(start());
    TRY(const std::string mode, ctx_.parameter("mode", index_).text());
    std::size_t copies = 1;
    if (mode == "raw") {
      TRY_OK(add_raw());
    } else {
      TRY_OK(add_fields());
      TRY(copies, count());
    }
    Item item;
    item.json = std::move(json_);
    if (keeps_binary(options)) item.binary = input_.binary;
    item.paired = paired_to(index_);
    return std::vector<Item>(copies, item);
  }

 private:
  Result<std::size_t> count() const {
    TRY(const bool duplicate, ctx_.parameter("duplicateItem", index_).boolean());
    if (!duplicate) return std::size_t{1};
    TRY(const double more, ctx_.parameter("duplicateCount", index_).number());
    if (more > kMostDuplicates) {
      return std::unexpected(
          ctx_.error(Cause::kWorkflowFailed, "too many duplicates are asked for"));
    }
    return static_cast<std::size_t>(std::max(more, 0.0)) + 1;
  }

  bool keeps_binary(const json::Value& options) const {
    if (ctx_.version() < kStripBinary) return options["includeBinary"].boolean_or(false);
    return !options["stripBinary"].boolean_or(false) && include_ != "none";
  }

  // The fields of the input item that stay.
  Result<> start() {
    json_ = json::Value::object({});
    TRY(include_, ctx_.parameter("include", index_).text());
    if (ctx_.version() >= kAssignments) {
      TRY(const bool others, ctx_.parameter("includeOtherFields", index_).boolean());
      if (!others) include_ = "none";
    }
    if (include_ == "none") return {};
    if (include_ == "selected") return select();
    json_ = input_.json;
    if (include_ != "except") return {};
    TRY(const std::string names, ctx_.parameter("excludeFields", index_).text());
    for (std::string_view name : split_list(names)) {
      json_ = dotted_ ? without_value_at(json_, name) : json_.without(name);
    }
    return {};
  }

  Result<> select() {
    TRY(const std::string names, ctx_.parameter("includeFields", index_).text());
    for (std::string_view name : split_list(names)) {
      json::Value value = dotted_ ? value_at(input_.json, name) : input_.json[name];
      if (value.is_undefined()) continue;
      // A field from within lands under its own name.
      const bool is_path = dotted_ && !input_.json.has(name);
      json_ =
          json_.with(is_path ? path_segments(name).back() : std::string(name), std::move(value));
    }
    return {};
  }

  void put(std::string_view name, json::Value value) {
    json_ =
        dotted_ ? with_value_at(json_, name, std::move(value)) : json_.with(name, std::move(value));
  }

  Result<> add_raw() {
    TRY(const std::string text, ctx_.json_text("jsonOutput", index_));
    const Result<json::Value> fields = parse_lenient_json(text);
    if (!fields || !fields->is_object()) {
      return std::unexpected(
          ctx_.error(Cause::kWorkflowFailed,
                     fmt::format("parameter 'jsonOutput' is no JSON object{}{}", fields ? "" : ": ",
                                 fields ? "" : fields.error().text())));
    }
    for (const json::Member& field : fields->members()) put(field.key(), field.value);
    return {};
  }

  Result<> add_fields() {
    const bool assignments = ctx_.version() >= kAssignments;
    TRY(const json::Value fields,
        ctx_.parameter(assignments ? "assignments" : "fields", index_).value());
    const json::Value& list = fields[assignments ? "assignments" : "values"];
    for (std::size_t i = 0; i < list.size(); ++i) {
      TRY_OK(assignments
                 ? add_field(list[i]["name"], list[i]["type"].string_or("string"), list[i]["value"])
                 : add_typed_field(list[i]));
    }
    return {};
  }

  // {name, type: "numberValue", numberValue: ...}
  Result<> add_typed_field(const json::Value& field) {
    const std::string_view key = field["type"].string_or("stringValue");
    constexpr std::string_view kSuffix = "Value";
    const std::string_view type =
        key.ends_with(kSuffix) ? key.substr(0, key.size() - kSuffix.size()) : key;
    return add_field(field["name"], type, field[key]);
  }

  Result<> add_field(const json::Value& name, std::string_view type, const json::Value& value) {
    const std::string field = javascript_text(name);
    if (value.is_nothing()) {
      put(field, ctx_.version() >= kNullForNothing ? json::Value(nullptr) : value);
      return {};
    }
    // Files in the wild name types that n8n does not have ("json"): their values stay as they are.
    const ValueType wanted = value_type_named(type).value_or(ValueType::kAny);
    std::optional<json::Value> fitting = converted(value, wanted);
    if (!fitting && !ignore_errors_) {
      return std::unexpected(ctx_.error(
          Cause::kWorkflowFailed,
          fmt::format(
              "field '{}' of item {} is to be of type {}, and the value '{}' ({}) cannot be "
              "converted: correct the value, or turn on 'Ignore Type Conversion Errors'",
              field, index_, type, shown(value), type_name(value))));
    }
    put(field, fitting ? *std::move(fitting) : value);
    return {};
  }

  const NodeContext& ctx_;
  std::size_t index_;
  const Item& input_;
  json::Value json_;
  std::string include_;
  bool dotted_ = true;
  bool ignore_errors_ = false;
};

class Set final : public NodeType {
 public:
  Task<Result<Outputs>> run(NodeContext& ctx) const override {
    Items out;
    out.reserve(ctx.items().size());
    for (std::size_t i = 0; i < ctx.items().size(); ++i) {
      if (NodeContext::due(i)) co_await ctx.pause();
      Result<std::vector<Item>> made = ItemMaker(ctx, i).make();
      if (!made && !ctx.continues_on_error()) co_return std::unexpected(std::move(made.error()));
      if (!made) out.push_back(ctx.failed_item(made.error(), i));
      if (made) {
        for (Item& item : *made) out.push_back(std::move(item));
      }
    }
    co_return Outputs{std::move(out)};
  }
};

}  // namespace

std::unique_ptr<const NodeType> make_set() { return std::make_unique<Set>(); }

}  // namespace vaettir::engine
