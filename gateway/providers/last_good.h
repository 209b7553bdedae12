// LastGood: <data>/last-good/: the last version of each configuration file that worked, so that a
// mistake made while the program is down costs no route. One file per source, readable by the owner
// alone: configuration may hold secrets. Blocking; called in open() and on the pool.
#pragma once
#include <filesystem>

#include "gateway/providers/sources.h"

namespace vaettir::gateway {

class LastGood {
 public:
  explicit LastGood(std::filesystem::path directory) : directory_(std::move(directory)) {}

  // The kept text of a source; nullopt: none.
  std::optional<std::string> text(std::string_view name) const;
  // Makes the directory hold exactly these. Unchanged ones are not written. Errors: internal.
  Result<> keep(const GoodTexts& texts) const;
  // Texts for all sources that ever worked and still are kept.
  GoodTexts all() const;

 private:
  std::filesystem::path path_for(std::string_view name) const;
  std::filesystem::path directory_;
};

}  // namespace vaettir::gateway
