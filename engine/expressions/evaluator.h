// Expressions of parameters: text that begins with "=". Plain paths ({{ $json.a[0] }},
// {{ $('Node').item.json.x }}, {{ $env.NAME }}), literals, and both mixed with text are evaluated
// here; what needs JavaScript is recognised when it is parsed and fails, by name, when it is
// evaluated. An Expression is parsed once for each workflow version and never changes. Any thread.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/json.h"
#include "base/core/result.h"
#include "engine/expressions/path.h"
#include "engine/expressions/run_data.h"

namespace vaettir::engine {

class Expression {
 public:
  // `text` is the whole parameter, "=" included. Never fails: what cannot be evaluated says so in
  // evaluate().
  static Expression parse(std::string_view text);
  static bool is_expression(const json::Value& parameter) {
    return parameter.is_string() && parameter.string().starts_with('=');
  }

  // The value for one item of input 0. A single {{ }} keeps its type; with text around it the parts
  // are joined as n8n joins them (null, undefined, "" and NaN are empty, objects
  // "[object Object]"). A path through nothing is undefined. Errors: workflow_failed; the text
  // names the expression and, where that is the reason, that JavaScript is needed.
  Result<json::Value> evaluate(const Vantage& from, std::size_t item) const;

  // The value where there is no {{ }} in it ("=text"): then it is the same for every item.
  std::optional<std::string> fixed_text() const;
  // For JSON that is written with expressions in it: objects and arrays are put in as JSON, all
  // else as String(value) writes it, and the whole is parsed afterwards.
  Result<std::string> evaluate_as_json(const Vantage& from, std::size_t item) const;
  // Can it be evaluated here?
  bool is_plain() const { return needs_javascript_.empty(); }
  const std::string& text() const { return text_; }

 private:
  struct Part {
    std::string text;  // literal text, or the code between the braces
    bool is_code = false;
    Path path;
  };
  void add_text(std::string_view text);
  void add_code(std::string_view text);
  std::unexpected<Error> needs_javascript() const;
  static Result<json::Value> evaluate(const Part& part, const Vantage& from, std::size_t item);

  std::string text_;
  std::vector<Part> parts_;
  std::string needs_javascript_;  // the first code that is no plain path; empty: all are
};

}  // namespace vaettir::engine
