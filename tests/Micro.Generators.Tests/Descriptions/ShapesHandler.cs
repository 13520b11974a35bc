using Google.Protobuf.WellKnownTypes;

namespace Micro.Generators.Descriptions;

/// <summary>Is described, never called.</summary>
internal sealed class ShapesHandler : IShapes
{
    public Task<Everything> EverythingAsync(Everything request, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<Scalars> ScalarsAsync(Lists request, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<Entity> EntityAsync(Point request, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<string> TextAsync(int request, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<byte[]> BytesAsync(byte[] request, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<List<Everything>> ListAsync(Dictionary<string, Point[]> request, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<Point?> MaybeAsync(Color? request, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<Box<string, Box<Point, int>>> BoxAsync(Box<int, Everything> request, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<Duration> ProtobufAsync(Timestamp request, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<KeyValuePair<int, string>> FrameworkAsync((int First, string Second) request, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<IReadOnlyEntity> FaceAsync(System.Globalization.CultureInfo request, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task NothingAsync(Point request, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public IAsyncEnumerable<Point> StreamAsync(Everything request, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<Point> CollectAsync(IAsyncEnumerable<Point> requests, CancellationToken cancellationToken = default) => throw new NotSupportedException();
}
