using Micro.Transport.Grpc;

namespace Micro.Registry.Etcd.Api;

/// <summary>The methods of etcd that are called.</summary>
internal static class EtcdMethods
{
    public static readonly GrpcMethod<RangeRequest, RangeResponse> Range =
        GrpcMethod.Protobuf<RangeRequest, RangeResponse>("/etcdserverpb.KV/Range");

    public static readonly GrpcMethod<PutRequest, PutResponse> Put =
        GrpcMethod.Protobuf<PutRequest, PutResponse>("/etcdserverpb.KV/Put");

    public static readonly GrpcMethod<DeleteRangeRequest, DeleteRangeResponse> DeleteRange =
        GrpcMethod.Protobuf<DeleteRangeRequest, DeleteRangeResponse>("/etcdserverpb.KV/DeleteRange");

    public static readonly GrpcMethod<WatchRequest, WatchResponse> Watch =
        GrpcMethod.Protobuf<WatchRequest, WatchResponse>("/etcdserverpb.Watch/Watch");

    public static readonly GrpcMethod<LeaseGrantRequest, LeaseGrantResponse> LeaseGrant =
        GrpcMethod.Protobuf<LeaseGrantRequest, LeaseGrantResponse>("/etcdserverpb.Lease/LeaseGrant");

    public static readonly GrpcMethod<LeaseRevokeRequest, LeaseRevokeResponse> LeaseRevoke =
        GrpcMethod.Protobuf<LeaseRevokeRequest, LeaseRevokeResponse>("/etcdserverpb.Lease/LeaseRevoke");

    public static readonly GrpcMethod<LeaseKeepAliveRequest, LeaseKeepAliveResponse> LeaseKeepAlive =
        GrpcMethod.Protobuf<LeaseKeepAliveRequest, LeaseKeepAliveResponse>("/etcdserverpb.Lease/LeaseKeepAlive");

    public static readonly GrpcMethod<LeaseTimeToLiveRequest, LeaseTimeToLiveResponse> LeaseTimeToLive =
        GrpcMethod.Protobuf<LeaseTimeToLiveRequest, LeaseTimeToLiveResponse>("/etcdserverpb.Lease/LeaseTimeToLive");

    public static readonly GrpcMethod<StatusRequest, StatusResponse> Status =
        GrpcMethod.Protobuf<StatusRequest, StatusResponse>("/etcdserverpb.Maintenance/Status");

    public static readonly GrpcMethod<AuthenticateRequest, AuthenticateResponse> Authenticate =
        GrpcMethod.Protobuf<AuthenticateRequest, AuthenticateResponse>("/etcdserverpb.Auth/Authenticate");
}
