//! The made-up organization is one that could have come about.

use crate::people::*;
use storage::roster::Show;
use usecases::{demo, members, tokens};

#[test]
fn the_demo_fills_an_empty_house_with_people_in_every_status() {
    on_both(async |house| {
        let made = demo::fill(house.installation.clone(), 600, 7).await.unwrap();
        let ada = house.sign_in(&made.email, "northwind-robotics", &made.password).await.unwrap();
        let context = ada.context().await;
        let mut sum = 0;
        for show in [Show::Active, Show::Deactivated, Show::InviteSent, Show::InviteExpired] {
            let query = members::Query { show: Some(show), search: "@".into(), ..Default::default() };
            let page = members::list(&context, &ada.slug, &query).await.unwrap();
            assert!(page.total > 0, "{show:?}");
            sum += page.total;
        }
        let all = members::list(&context, &ada.slug, &members::Query::default()).await.unwrap();
        assert_eq!((all.total, all.active_admins), (sum, 2), "the counts are the rows");
        assert_eq!(made.members, sum);
        assert_eq!(made.organization, all.organization.name.as_str());
        let tokens = tokens::list(&context, &ada.slug, None, None).await.unwrap();
        assert_eq!((tokens.total, tokens.tokens.iter().filter(|token| token.expired).count()), (7, 1));
        assert!(house.post().await.is_empty(), "nobody of them exists, so nobody is mailed");
        assert!(
            demo::fill(house.installation.clone(), 10, 0).await.is_err(),
            "a house with people in it is left alone"
        );
    });
}
