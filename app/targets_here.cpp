#include "app/targets_here.h"

#include <cstdlib>
#include <system_error>

namespace vaettir::app {
namespace {

constexpr std::size_t kThreads = 2;  // names are resolved, nothing else blocks
constexpr int kStandardError = 2;

std::filesystem::path temporary_directory() {
  std::string name = (std::filesystem::temp_directory_path() / "vaettir-execute-XXXXXX").string();
  return ::mkdtemp(name.data()) != nullptr ? name : std::string();
}

}  // namespace

TargetsHere::TargetsHere(Loop& loop, const Environment& environment)
    : loop_(loop),
      data_(temporary_directory()),
      pool_(kThreads),
      stderr_(kStandardError),
      log_(stderr_, real_wall_clock(), observe::Level::kWarning,
           observe::format_for(kStandardError, environment)) {
  gateway::Edge::Options options;
  options.edge_loops = {&loop};
  options.pool = &pool_;
  options.data = data_;
  options.sources.process = environment;
  options.log = &log_;
  auto opened = gateway::Edge::open(std::move(options));
  if (opened) {
    edge_ = *std::move(opened);
  } else {
    log_.warn("targets cannot be used", opened.error());
  }
}

TargetsHere::~TargetsHere() {
  edge_.reset();
  std::error_code ignored;
  if (!data_.empty()) std::filesystem::remove_all(data_, ignored);
}

http::Directory* TargetsHere::directory() { return edge_ ? edge_->directory(loop_) : nullptr; }

}  // namespace vaettir::app
