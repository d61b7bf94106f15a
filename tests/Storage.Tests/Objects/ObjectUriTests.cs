namespace MirroredInfluence.Storage.Tests;

public sealed class ObjectUriTests
{
    [Theory]
    [InlineData("out/first", false, "out/first", "first", "out/first/run.json")]
    [InlineData("/runs/first/", false, "/runs/first/", "first", "/runs/first/run.json")]
    [InlineData("az://account/runs/first/?sv=1&sig=secret", true, "az://account/runs/first", "first", "az://account/runs/first/run.json")]
    [InlineData("https://host/a%20b?key=secret", true, "https://host/a%20b", "a%20b", "https://host/a%20b/run.json")]
    public void AnAddress_IsShownWithoutItsQuery(string text, bool isRemote, string shown, string name, string ofRun)
    {
        var uri = ObjectUri.Parse(text);
        Assert.Equal((isRemote, shown, shown, name, ofRun), (uri.IsRemote, uri.Text, uri.ToString(), uri.Name, uri.Of("run.json")));
    }

    [Theory]
    [InlineData("gs://bucket/secret")]
    [InlineData("https://user:secret@host/run")]
    [InlineData("az://account/runs/secret#1")]
    [InlineData("az:///secret")]
    public void AnAddressThatCannotBeOpened_IsRefusedWithoutSayingIt(string text)
    {
        var exception = Assert.Throws<MirroredException>(() => ObjectUri.Parse(text));
        Assert.Equal(FailureKind.Invalid, exception.Kind);
        Assert.Contains("expected a path, az://account/container/path, s3://bucket/path or https://host/path", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no file 'az://a/b?sig=x' (looked for '/rows/az:/a/b?sig=x'); did you mean c?", "no file 'az://a/b' (looked for '/rows/az:/a/b'); did you mean c?")]
    [InlineData("https://a/b?sig=x: gone. https://c?d", "https://a/b gone. https://c")]
    [InlineData("is it train-?.arrow?", "is it train-?.arrow?")]
    public void QueriesInAText_AreHidden(string text, string shown) => Assert.Equal(shown, ObjectUri.HideQueries(text));

    [Theory]
    [InlineData("az://account/runs", null, "https://account.blob.core.windows.net/", "account", "runs", "")]
    [InlineData("az://account/runs/a%20b/c/", null, "https://account.blob.core.windows.net/", "account", "runs", "a b/c/")]
    [InlineData("https://account.blob.core.windows.net/runs/a", null, "https://account.blob.core.windows.net/", "account", "runs", "a/")]
    [InlineData("https://account.blob.core.usgovcloudapi.net/runs/a", null, "https://account.blob.core.usgovcloudapi.net/", "account", "runs", "a/")]
    [InlineData("https://account.z1.blob.storage.azure.net/runs/a", null, "https://account.z1.blob.storage.azure.net/", "account", "runs", "a/")]
    [InlineData("az://local/runs/a", "http://127.0.0.1:7777/local", "http://127.0.0.1:7777/local", "local", "runs", "a/")]
    [InlineData("http://127.0.0.1:7777/local/runs/a", "http://127.0.0.1:7777/local", "http://127.0.0.1:7777/local", "local", "runs", "a/")]
    public void AnAddressOfBlobs_NamesAccountContainerAndPrefix(string text, string? ownEndpoint, string endpoint, string account, string container, string prefix)
    {
        var address = AzureAddress.TryParse(ObjectUri.Parse(text), ownEndpoint is null ? null : new Uri(ownEndpoint))!;
        Assert.Equal((endpoint, account, container, prefix), (address.Endpoint.AbsoluteUri, address.Account, address.Container, address.Prefix));
    }

    [Theory]
    [InlineData("https://host/runs/a")]
    [InlineData("http://account.blob.core.windows.net/runs/a")]
    [InlineData("https://blob.core.windows.net.example/runs/a")]
    [InlineData("https://bucket.s3.amazonaws.com/runs/a")]
    public void AnyOtherServer_IsNotOne(string text) => Assert.Null(AzureAddress.TryParse(ObjectUri.Parse(text), new Uri("http://127.0.0.1:7777/local")));
}
