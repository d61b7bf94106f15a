namespace MirroredInfluence.Core.Tests;

public sealed class FileLabelsTests
{
    [Theory]
    [InlineData("/data/train.arrow", "train.arrow")]
    [InlineData("/data/a/train.arrow /data/b/train.arrow", "a/train.arrow b/train.arrow")]
    [InlineData("/a/x/train.arrow /b/x/train.arrow /b/other.arrow", "a/x/train.arrow b/x/train.arrow other.arrow")]
    [InlineData("/x/train.arrow /y/x/train.arrow", "/x/train.arrow y/x/train.arrow")]
    [InlineData("/train.arrow /x/train.arrow", "/train.arrow x/train.arrow")]
    [InlineData("/x/train.arrow /x/train.arrow", "train.arrow train.arrow")]
    [InlineData("https://host/a/train.arrow https://other/a/train.arrow", "host/a/train.arrow other/a/train.arrow")]
    public void Labels_AreTheShortestEndsThatTellFilesApart(string uris, string expected)
    {
        var files = uris.Split(' ').Select(uri => new DataFile { Uri = uri, Digest = "", RowCount = 1 }).ToArray();
        var labels = new FileLabels(files);
        Assert.Equal(expected.Split(' '), files.Select(file => labels.Of(file.Uri)));
    }
}
