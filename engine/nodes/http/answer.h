// What an HTTP answer becomes in a workflow: items, in the format that the node asks for. Pure.
#pragma once
#include <string>
#include <vector>

#include "base/core/result.h"
#include "engine/model/item.h"
#include "engine/nodes/http/call.h"

namespace vaettir::engine {

struct AnswerFormat {
  std::string format = "autodetect";  // autodetect, json, text, file
  std::string property = "data";      // where a text goes
  bool full = false;                  // {body, headers, statusCode, statusMessage}
  bool never_error = false;           // any status, and JSON that is none, are fine
};

// Errors: workflow_failed: a status that is not 2xx, JSON that is none, a file (not available yet).
Result<std::vector<Item>> items_of(const HttpAnswer& answer, const AnswerFormat& format,
                                   std::size_t item);

}  // namespace vaettir::engine
