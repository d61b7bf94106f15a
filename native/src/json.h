#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace mirrored {

std::string json_text(const std::string& value);
std::string json_list(const std::vector<std::string>& values);
std::string json_list(const std::vector<int64_t>& values);
inline const char* json_bool(bool value) { return value ? "true" : "false"; }

}  // namespace mirrored
