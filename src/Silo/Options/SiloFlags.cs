namespace MirroredInfluence.Silo;

/// <summary>The command line of a silo: settings, or a wish for help. .NET's own reading of it takes whatever it does not know for a setting of something else.</summary>
internal static class SiloFlags
{
    private const string SettingPrefix = $"--{SiloSettings.Section}:", LoggingPrefix = "--Logging:";

    public static bool AskForHelp(string[] arguments) => arguments.Any(argument => argument is "--help" or "-h");

    /// <exception cref="MirroredException">Invalid: names the flag. Says nothing of values, since one may be a secret.</exception>
    public static void RefuseUnknown(string[] arguments)
    {
        for (var index = 0; index < arguments.Length; index++)
        {
            var flag = arguments[index].Split('=')[0];
            if (!flag.StartsWith('-'))
                throw Failure.Invalid($"argument {index + 1} is no flag; expected settings such as {SettingPrefix}{nameof(SiloSettings.Ledger)} FOLDER. See --help.");
            if (!flag.StartsWith(SettingPrefix, StringComparison.OrdinalIgnoreCase) && !flag.StartsWith(LoggingPrefix, StringComparison.OrdinalIgnoreCase))
                throw Failure.Invalid($"unknown flag {flag}{Ending(flag)} See --help.");
            if (flag == arguments[index] && ++index == arguments.Length)
                throw Failure.Invalid($"{flag}: found nothing after it; expected {flag} VALUE.");
        }
    }

    private static string Ending(string flag)
    {
        var name = flag.TrimStart('-');
        return NearestName.Of(name, SiloSettings.Described().Select(setting => setting.Name)) is { } nearest
            ? $"; did you mean {SettingPrefix}{nearest}?"
            : $"; expected {SettingPrefix}NAME VALUE.";
    }
}
