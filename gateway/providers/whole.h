// load_whole(): the newest valid version of each file is taken and the whole is checked; files that
// break it fall back to their last good version, a route file without one is left out; a main file
// without one fails the whole (DESIGN section 6). Pure.
#pragma once
#include <string>
#include <vector>

#include "gateway/providers/sources.h"
#include "routes/load.h"

namespace vaettir::gateway {

struct Whole {
  std::shared_ptr<const routes::RouteTable> table;  // null: nothing may change
  schema::Report report;                            // about the newest versions
  std::vector<std::string> fallen_back;             // files in force with their last good version
  std::vector<std::string> left_out;
  GoodTexts in_force;  // the texts that the table was made of
};

// `input.files` are the newest versions; `unreadable` among them already hold their last good one.
Whole load_whole(routes::LoadInput input, const std::vector<std::string>& unreadable,
                 const GoodTexts& good);

}  // namespace vaettir::gateway
