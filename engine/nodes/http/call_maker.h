// CallMaker: from the parameters of an HTTP Request node and one item to the request they describe.
// Lives for one item.
#pragma once
#include "engine/nodes/context.h"
#include "engine/nodes/http/answer.h"
#include "engine/nodes/http/call.h"

namespace vaettir::engine {

class CallMaker {
 public:
  CallMaker(const NodeContext& ctx, std::size_t item) : ctx_(ctx), item_(item) {}

  // Errors name node and parameter; no secrets (header values) in them.
  Result<HttpCall> make();
  // After make().
  const AnswerFormat& format() const { return format_; }

 private:
  std::unexpected<Error> wrong(std::string_view text) const {
    return std::unexpected(ctx_.error(Cause::kWorkflowFailed, text));
  }
  bool has_header(std::string_view name) const { return !header_of(call_.headers, name).empty(); }
  // A JSON parameter: a value, or text that is parsed.
  Result<json::Value> json_parameter(std::string_view name) const;
  // {parameters: [{name, value}]} as an object; repeated names as the version says.
  Result<json::Value> pairs(std::string_view name, bool dotted_names) const;

  Result<> read_options();
  Result<> add_url();
  Result<> add_query();
  Result<> add_headers();
  Result<> add_header(std::string_view name, std::string_view value);
  Result<> add_body();
  Result<> add_form_body();
  Result<> add_multipart_body();
  void add_default_headers();

  const NodeContext& ctx_;
  std::size_t item_;
  json::Value options_;
  AnswerFormat format_;
  HttpCall call_;
};

}  // namespace vaettir::engine
