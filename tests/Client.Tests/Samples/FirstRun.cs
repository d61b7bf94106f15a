using MirroredInfluence.Client;
using MirroredInfluence.Client.Embedded;

namespace MirroredInfluence.Samples;

public static class FirstRun
{
    public static async Task FindAsync(string specFile, string directory, TextWriter output)
    {
        var spec = SpecFile.Read(specFile);
        await using var client = new EmbeddedClient();
        var run = await client.SubmitAsync(spec, new RunOptions { Directory = directory });
        await foreach (var status in run.WatchAsync())
            output.WriteLine($"{status.State}: {status.DoneCount:N0} of {status.TotalCount:N0}");
        var result = await run.ResultAsync();
        foreach (var query in result.Queries)
            output.WriteLine($"{query.Name}: row {query.Top[0].Row} of {query.Top[0].Shard}, influence {query.Top[0].Influence}");
    }
}
