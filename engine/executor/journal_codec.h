// The bytes of one journal entry: what a RunRecord (or the input of an execution) is in the store.
// JSON, compressed with zstd where it is long. Items that were passed on unchanged are references
// to the node's input, so a chain of IFs does not write its items again and again. Pure; any
// thread.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.h"
#include "engine/executor/state.h"
#include "engine/executor/step.h"

namespace vaettir::engine {

// `inputs`: what the node was given (the state's current entry before the record).
std::string encode_record(const RunRecord& record, const std::vector<Items>& inputs);
// Errors: internal, "journal entry ...: what is wrong".
Result<RunRecordPtr> decode_record(std::string_view bytes, const std::vector<Items>& inputs);

std::string encode_begin(const Begin& begin);
Result<Begin> decode_begin(std::string_view bytes);

// Short text as it is, longer text compressed; the first byte says which.
std::string pack(std::string_view text);
Result<std::string> unpack(std::string_view bytes);

}  // namespace vaettir::engine
