#include "app/data_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace vaettir::app {
namespace {

std::string value_of(const Environment& environment, std::string_view name) {
  auto found = environment.find(name);
  return found == environment.end() ? std::string() : found->second;
}

}  // namespace

std::filesystem::path data_directory(const std::string& flag, const Environment& environment) {
  constexpr const char* kSystemWide = "/var/lib/vaettir";
  std::filesystem::path chosen = flag;
  if (chosen.empty()) chosen = value_of(environment, "VAETTIR_DATA");
  if (chosen.empty() && (::geteuid() == 0 || ::access(kSystemWide, W_OK) == 0)) {
    chosen = kSystemWide;
  }
  if (chosen.empty()) {
    std::filesystem::path home = value_of(environment, "XDG_DATA_HOME");
    if (home.empty()) home = std::filesystem::path(value_of(environment, "HOME")) / ".local/share";
    chosen = home / "vaettir";
  }
  std::error_code ignored;
  auto whole = std::filesystem::absolute(chosen, ignored).lexically_normal();
  return whole.has_filename() ? whole : whole.parent_path();
}

Result<DataLock> DataLock::take(const std::filesystem::path& directory) {
  std::error_code problem;
  std::filesystem::create_directories(directory, problem);
  if (problem) {
    return fail(Cause::kInternal,
                fmt::format("cannot create the data directory {}: {}; choose another with --data",
                            directory.string(), problem.message()));
  }
  ::chmod(directory.c_str(), 0700);
  const std::filesystem::path file = directory / "lock";
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    return fail(Cause::kInternal,
                fmt::format("cannot open {}: {}; choose another directory with --data",
                            file.string(), std::strerror(errno)));
  }
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    char owner[32] = {};
    const ssize_t size = ::read(descriptor, owner, sizeof owner - 1);
    ::close(descriptor);
    return fail(Cause::kInternal, fmt::format("the data directory {} is in use by process {}; stop "
                                              "that one, or choose another with --data",
                                              directory.string(), size > 0 ? owner : "(unknown)"));
  }
  const std::string self = std::to_string(::getpid());
  if (::ftruncate(descriptor, 0) != 0 ||
      ::pwrite(descriptor, self.data(), self.size(), 0) != static_cast<ssize_t>(self.size())) {
    ::close(descriptor);
    return fail(Cause::kInternal,
                fmt::format("cannot write {}: {}", file.string(), std::strerror(errno)));
  }
  return DataLock(descriptor);
}

DataLock::~DataLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace vaettir::app
