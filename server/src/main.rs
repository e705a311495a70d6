fn main() -> std::process::ExitCode {
    bailiwick::cli::run()
}
