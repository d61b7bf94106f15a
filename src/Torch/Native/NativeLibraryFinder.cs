using System.Reflection;
using System.Runtime.InteropServices;

namespace MirroredInfluence.Torch.Native;

/// <summary>Finds libmirrored_torch.so: the file that MIRRORED_TORCH_LIBRARY names, else the one beside the program.</summary>
internal static class NativeLibraryFinder
{
    private const string Variable = "MIRRORED_TORCH_LIBRARY";
    private const string FileName = "libmirrored_torch.so";

    public static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath) =>
        Load(Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given ? given : Path.Combine(AppContext.BaseDirectory, FileName));

    /// <exception cref="MirroredException">Unavailable: it is not there, cannot be loaded, or was built from another version.</exception>
    public static nint Load(string path)
    {
        nint library;
        try
        {
            library = NativeLibrary.Load(path);
        }
        catch (Exception exception) when (exception is DllNotFoundException or BadImageFormatException)
        {
            var found = File.Exists(path) ? $"cannot be loaded: {exception.Message}" : "is not there";
            throw Failure.Unavailable($"The native library {path} {found}. Run `make setup && make build`, or set {Variable}.", exception);
        }

        var version = AbiVersion(library);
        return version == NativeMethods.AbiVersion
            ? library
            : throw Failure.Unavailable(
                $"The native library {path} has interface version {version}; this program needs {NativeMethods.AbiVersion}. Run `make build`.");
    }

    private static unsafe int AbiVersion(nint library) =>
        NativeLibrary.TryGetExport(library, "mirrored_abi_version", out var function) ? ((delegate* unmanaged<int>)function)() : 0;
}
