using System.Diagnostics;

namespace MirroredInfluence.Report.Tests;

/// <summary>A headless browser that opens a page, waits until it is still, and says what became of it.</summary>
internal static class Chromium
{
    private const int PatienceSeconds = 120;

    private static readonly string? Program = new[] { "chromium", "chromium-browser", "google-chrome" }
        .SelectMany(name => Environment.GetEnvironmentVariable("PATH")!.Split(':').Select(folder => Path.Combine(folder, name)))
        .FirstOrDefault(File.Exists);

    /// <returns>The document as markup after its scripts ran.</returns>
    /// <param name="hash">Of the address, with #.</param>
    /// <param name="script">Runs after the page's own; the page's policy is taken off for it.</param>
    public static async Task<string> OpenAsync(string page, string hash = "", string? script = null, string windowSize = "1280,900")
    {
        Assert.SkipWhen(Program is null, "chromium is absent: the report was not opened in a browser.");
        var profile = Directory.CreateTempSubdirectory("mirrored-chromium-");
        try
        {
            var opened = script is null ? page : WithScript(page, script);
            var start = new ProcessStartInfo(Program!)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                ArgumentList =
                {
                    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", $"--user-data-dir={profile.FullName}",
                    $"--window-size={windowSize}", "--enable-logging=stderr", "--virtual-time-budget=5000", "--dump-dom", new Uri(opened).AbsoluteUri + hash,
                },
            };
            using var browser = Process.Start(start)!;
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            patience.CancelAfter(TimeSpan.FromSeconds(PatienceSeconds));
            try
            {
                var dom = browser.StandardOutput.ReadToEndAsync(patience.Token);
                var log = await browser.StandardError.ReadToEndAsync(patience.Token);
                await browser.WaitForExitAsync(patience.Token);
                Assert.DoesNotContain(log.Split('\n'), line => line.Contains(":CONSOLE", StringComparison.Ordinal));
                return await dom;
            }
            finally
            {
                browser.Kill(entireProcessTree: true);
            }
        }
        finally
        {
            profile.Delete(recursive: true);
        }
    }

    private static string WithScript(string page, string script)
    {
        var html = File.ReadAllText(page);
        var policyStart = html.IndexOf("<meta http-equiv=\"Content-Security-Policy\"", StringComparison.Ordinal);
        html = html.Remove(policyStart, html.IndexOf('>', policyStart) + 1 - policyStart);
        var driven = Path.ChangeExtension(page, "driven.html");
        File.WriteAllText(driven, html.Replace("</body>", $"<script>{script}</script></body>", StringComparison.Ordinal));
        return driven;
    }
}
